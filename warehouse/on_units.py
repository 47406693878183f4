"""Figures on the units of one year: of every mart by unit what can be allocated, with the bounds between which the truth lies.

What adds is allocated by ``core.unit_map``: the point by shares; the low bound counts what is there for certain, the high one all
that may be. A rate, a status, the word of the last report and a number of distinct things do not divide: they are not given.
Belongs here: the macros' SQL text, made of the marts' own declarations. Does not: the map itself, figures by family
(warehouse.families).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from warehouse.exact import rows_view
from warehouse.figure import figures_of
from warehouse.relation import Relation, quote, relations

if TYPE_CHECKING:
    from pathlib import Path

    from warehouse.declaration import Column

_MACRO = """\
-- {name} on the units that were alive on 31 December of a year: see core.unit_map. Of each figure the point, by
-- the shares of the register and the days of a report around a change, and what it is at least (_low) and at most (_high).
-- unit_on_y is NULL for what has no place there; with it the points add up to what was reported. A point is NULL where only the
-- bounds are known. Not given, since it does not divide: {refused}.
CREATE OR REPLACE MACRO {qualified}_on_units_of(of_year) AS TABLE
WITH place AS (
    SELECT y.submission_id, m.unit_on_y,
           sum(m.share * (least(y.period_end, m.figures_until) - greatest(y.period_start, m.figures_from) + 1)
               / (y.period_end - y.period_start + 1)) AS share
    FROM mart.year_source y JOIN core.unit_map(of_year) m ON m.unit_id = y.unit_id
        AND m.figures_from <= y.period_end AND m.figures_until >= y.period_start
    GROUP BY y.submission_id, m.unit_on_y
)
{body}
ORDER BY ALL
"""
_OF_ROWS = """\
SELECT {key}, r.reporter_level, bool_or(p.share < 1 - 1e-9) AS is_estimated{figures}
FROM {rows} r JOIN place p USING (submission_id)
WHERE r.is_counted
GROUP BY {group}, r.reporter_level"""
#: a mart whose figures are of several forms' tables: each of them placed, then side by side
_SIDE_BY_SIDE = """\
SELECT {key}, reporter_level, bool_or(is_estimated) AS is_estimated, {figures}
FROM ({each})
GROUP BY {key}, reporter_level"""
_FIGURE = """\
,
       sum({value} * p.share) FILTER ({condition} AND p.share > 0) AS {name},
       CASE WHEN count({value}) FILTER ({condition}) > 0
            THEN coalesce(sum({value}) FILTER ({condition} AND p.share >= 1 - 1e-9), 0) END AS {low},
       sum({value}) FILTER ({condition}) AS {high}"""


def on_units_macros(root: Path) -> dict[str, str]:
    """Return the statement of ``mart.<mart>_on_units_of(year)`` for every mart by unit with figures that divide, by name."""
    marts = [r for r in relations(root).values() if r.schema == "mart" and "unit_id" in r.key]
    return {f"{r.qualified}_on_units_of": _macro(r, root) for r in marts if dividing(r)}


def dividing(mart: Relation) -> list[Column]:
    """The columns of a mart whose figures divide among units: sums of what reports state."""
    return [c for c in mart.columns if c.figure and c.figure.sum]


def _macro(mart: Relation, root: Path) -> str:
    shown = dividing(mart)
    refused = [c.name for c in mart.columns if c.figure and c not in shown and (c.measure or c.type == "count")]
    of_rows = {table: [c for c in columns if c in shown] for table, columns in figures_of(mart).items()}
    each = [_of_rows(mart, rows_view(table, root), columns) for table, columns in of_rows.items() if columns]
    body = each[0] if len(each) == 1 else _side_by_side(mart, each, shown)
    return _MACRO.format(name=mart.name, qualified=mart.qualified, refused=", ".join(refused) or "nothing", body=body)


def _of_rows(mart: Relation, rows: str, shown: list[Column]) -> str:
    others = [k for k in mart.key if k != "unit_id"]
    return _OF_ROWS.format(
        key=", ".join(["p.unit_on_y" if k == "unit_id" else f"r.{quote(k)}" for k in mart.key]),
        group=", ".join(["p.unit_on_y", *(f"r.{quote(k)}" for k in others)]),
        figures="".join(_figure(c) for c in shown),
        rows=rows,
    )


def _side_by_side(mart: Relation, each: list[str], shown: list[Column]) -> str:
    names = [name for c in shown for name in (c.name, f"{c.name}_low", f"{c.name}_high")]
    return _SIDE_BY_SIDE.format(
        key=", ".join("unit_on_y" if k == "unit_id" else quote(k) for k in mart.key),
        figures=", ".join(f"sum({name}) AS {name}" for name in names),
        each="\nUNION ALL BY NAME\n".join(each),
    )


def _figure(column: Column) -> str:
    figure = column.figure
    assert figure is not None  # noqa: S101 - dividing() chose it
    value = f"({figure.sum} - {figure.minus})" if figure.minus else str(figure.sum)
    names = {"name": column.name, "low": f"{column.name}_low", "high": f"{column.name}_high"}
    return _FIGURE.format(value=value, condition=figure.where or "true", **names)
