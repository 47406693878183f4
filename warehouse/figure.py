"""A mart's figure: how its column follows from the rows of a fact. From one declaration come its SQL and the way back to its cells.

Belongs here: the ways in which a figure follows, the SQL of each, and which cells enter it with which weight, so that the sum of
value times weight over the counted cells is the figure (of a rate: the ratio of two such sums). Does not: which figures there are
(tables/system/mart.yaml), checking them (warehouse.measure), whole statements (warehouse.marts, warehouse.lineage).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from warehouse.check import Declared

if TYPE_CHECKING:
    from warehouse.declaration import Column
    from warehouse.relation import Relation

#: the one way of a figure that has to be declared, and what it says besides
WAYS = ("sum", "rate", "distinct", "count", "blank", "last", "only", "of")


@dataclass(frozen=True, slots=True)
class Figure(Declared):
    """How a column follows from the counted rows of ``rows``, a form's table (default: the mart's), by key. One of:

    ``sum`` of a column, ``minus`` another one of the row; ``rate``: 100 times the ratio of two sums over the rows that state both;
    ``distinct`` values of a column, of those rows that are ``claimed`` in another (NULL where none says yes or no); ``count`` of
    rows, named by the cell of a column; ``blank``: cells that state no exact figure; ``last``: what the report says that ends last;
    ``only``: what the row says where there is one; ``of``: columns of the mart that its SELECT makes it of.
    ``where``: a condition on the row, in SQL.
    """

    rows: str | None = None
    sum: str | None = None
    minus: str | None = None
    rate: tuple[str, str] | None = None
    distinct: str | None = None
    claimed: str | None = None
    count: str | None = None
    blank: tuple[str, ...] = ()
    last: str | None = None
    only: str | None = None
    of: tuple[str, ...] = ()
    where: str | None = None

    @property
    def ways(self) -> tuple[str, ...]:
        """The ways that are declared; exactly one is right."""
        return tuple(way for way in WAYS if getattr(self, way))

    @property
    def added(self) -> tuple[str, ...]:
        """The columns that are summed."""
        return tuple(c for c in (self.sum, self.minus, *(self.rate or ())) if c)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the rows that it is taken from."""
        single = (self.distinct, self.claimed, self.count, self.last, self.only)
        return (*self.added, *(c for c in single if c), *self.blank)


def rows_of(mart: Relation, column: Column) -> str:
    """Return the form's table whose rows a column's figure is taken from."""
    return str((column.figure and column.figure.rows) or mart.rows)


def figures_of(mart: Relation) -> dict[str, list[Column]]:
    """Return the columns of a mart that are figures of rows, by the form's table that these are of."""
    found: dict[str, list[Column]] = {}
    for column in (c for c in mart.columns if c.figure and not c.figure.of):
        found.setdefault(rows_of(mart, column), []).append(column)
    return found


@dataclass(frozen=True, slots=True)
class Part:
    """Some of the cells of a figure, as SQL over the rows: which ``column`` they stand in (None: the row as a whole), what
    each brings (``value`` times ``weight``), and when (``is_taken``). ``within``: of which rows it asks at all.
    """

    name: str
    column: str | None
    value: str
    weight: str
    is_taken: str
    within: str


def aggregate(figure: Figure) -> str:
    """Return the SQL of the figure over rows grouped by the key; that of a figure ``of`` others stands in the mart's file."""
    f = figure
    if f.sum:
        return f"sum({f.sum} - {f.minus}){_filter(f)}" if f.minus else f"sum({f.sum}){_filter(f)}"
    if f.rate:
        a, b = f.rate
        return f"100.0 * sum({a}){_filter(f, f'{b} IS NOT NULL')} / nullif(sum({b}){_filter(f, f'{a} IS NOT NULL')}, 0)"
    if f.distinct and f.claimed:
        return (
            f"CASE WHEN count({f.claimed}){_filter(f)} > 0 THEN count(DISTINCT {f.distinct}){_filter(f, f.claimed)} END"
        )
    if f.distinct:
        return f"count(DISTINCT {f.distinct}){_filter(f)}"
    if f.count:
        return f"count(*){_filter(f)}"
    if f.blank:
        return " + ".join(f"count(*){_filter(f, f'{c} IS NULL')}" for c in f.blank)
    if f.only:
        return f"CASE WHEN count(*){_filter(f)} = 1 THEN any_value({f.only}){_filter(f)} END"
    return f"arg_max_null({f.last}, {LAST}){_filter(f)}"


#: the order of a unit's rows in a year, which says of any two which comes last: two forms may end on one day, and a report may
#: have several rows of one key
_ORDER = ("period_end", "form_code", "row_no")
LAST = f"({', '.join(_ORDER)})"


def parts(figure: Figure, key: Sequence[str]) -> tuple[Part, ...]:
    """Return the parts of the figure by its ``key``; none where its cells are those of other columns."""
    f = figure
    within = f.where or "true"
    if f.sum and f.minus:
        return (
            Part("sum", f.sum, f.sum, "1", _exact(f.sum, f.minus), within),
            Part("less", f.minus, f.minus, "-1", _exact(f.minus, f.sum), within),
        )
    if f.sum:
        return (Part("sum", f.sum, f.sum, "1", _exact(f.sum), within),)
    if f.rate:
        a, b = f.rate
        return (
            Part("numerator", a, a, "1", _exact(a, b), within),
            Part("denominator", b, b, "1", _exact(b, a), within),
        )
    if f.distinct:
        asked = f"{f.claimed}" if f.claimed else "true"
        # each value once, shared by the rows that have it
        among = f"count(*) FILTER (is_counted AND ({within}) AND {asked}) OVER (PARTITION BY {', '.join((*key, f.distinct))})"
        return (Part("distinct", f.claimed, "1", f"1 / nullif({among}, 0)", asked, within),)
    if f.count:
        return (Part("count", f.count, "1", "1", "true", within),)
    if f.blank:
        return tuple(Part("blank", c, "1", "1", "true", f"({within}) AND {c} IS NULL") for c in f.blank)
    return _chosen(f, key, within)


def _chosen(f: Figure, key: Sequence[str], within: str) -> tuple[Part, ...]:
    """The one row whose word is taken."""
    if f.only:
        alone = f"count(*) FILTER (is_counted AND ({within})) OVER (PARTITION BY {', '.join(key)}) = 1"
        return (Part("value", f.only, f.only, "1", alone, within),)
    if f.last:
        latest = ", ".join(f"{name} DESC" for name in _ORDER)
        first = f"row_number() OVER (PARTITION BY {', '.join(key)}, is_counted ORDER BY {latest}) = 1"
        return (Part("value", f.last, f.last, "1", first, within),)
    return ()


def _filter(f: Figure, condition: str = "") -> str:
    found = " AND ".join(f"({c})" if " OR " in c.upper() else c for c in (f.where, condition) if c)
    return f" FILTER ({found})" if found else ""


def _exact(*columns: str) -> str:
    return " AND ".join(f"{c} IS NOT NULL" for c in columns)
