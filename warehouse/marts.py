"""The marts: cross-year tables for analysts, rebuilt by year or whole. Each is a SELECT that is made of its figures.

Belongs here: which there are, the order that follows from what they read, and how they are rebuilt. Does not: their columns and
figures (tables/system/mart.yaml, warehouse.figure), their SQL (warehouse.mart_sql).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from warehouse.at_hand import RowsAtHand, read_often
from warehouse.declaration import form_tables
from warehouse.forms import report_forms
from warehouse.mart_sql import mart_texts
from warehouse.measure import MARTS
from warehouse.relation import SYSTEM, Relation, relations
from warehouse.source import ROOT, Source, per_root
from warehouse.sql_text import in_order, reached
from warehouse.views import sql_objects

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    import duckdb

_DECLARED = f"{SYSTEM}/mart.yaml"


@dataclass(frozen=True, slots=True)
class Mart:
    """One mart: its declaration and its SELECT. ``relation.by_year``: the rows of a year need that year's facts alone."""

    relation: Relation
    sql: str


@per_root
def marts(root: Path) -> tuple[Mart, ...]:
    """Return every mart, each after those that it reads, in its SQL or through a view or macro.

    Raises DeclarationError, for a mart by year that has no year or reads a mart that is rebuilt whole, too; SqlOrderError.
    """
    declared = {r.qualified: r for r in relations(root).values() if r.schema == "mart"}
    texts = mart_texts(root)
    order = [n for n in in_order(texts | _views(root)) if n in texts]
    found = tuple(Mart(declared[n], texts[n]) for n in order)
    _check_others(root)
    source = Source(root, _DECLARED)
    for mart in (m for m in found if m.relation.by_year):
        _check_by_year(source, mart, found, texts | _views(root))
    source.check()
    return found


def build_marts(con: duckdb.DuckDBPyConnection, years: Iterable[int] | None, built: Sequence[Mart] = ()) -> None:
    """Rebuild the marts (or only those of ``built``) for ``years``; None rebuilds every year.

    The caller holds the transaction.
    """
    # years are written out: a list of literals is a filter that the engine carries down to the facts, a subquery is not
    listed = None if years is None else ", ".join(str(int(y)) for y in years)
    where = f" WHERE year IN ({listed})" if listed else ""
    found = [m for m in built or marts() if listed != "" or not m.relation.by_year]
    rows = RowsAtHand(con, read_often(m.sql for m in found if m.relation.by_year) if where else set(), where)
    for mart in found:
        if mart.relation.by_year:
            _rebuild(con, mart.relation, rows.put_into(mart.sql), where)
        else:
            _rebuild(con, mart.relation, mart.sql)
    rows.drop()


def check_readers(root: Path = ROOT) -> None:
    """Raise DeclarationError for a form of units' reports whose tables no mart reads: it would be accepted into nothing."""
    texts = _views(root) | {m.relation.qualified: m.sql for m in marts(root)}
    read = reached([n for n in texts if n.startswith("mart.")], texts)
    for form in (f for versions in report_forms(root).values() for f in versions):
        source = Source(root, f"{form.folder}/form.yaml")
        tables = [f"core.{form_tables(root)[t].core}" for t in form.tables()]
        source.refuse_unless(
            bool(read.intersection(tables)),
            ("form_code",),
            f"{form.name}, which fills {', '.join(tables) or 'no table'}",
            "a form that feeds a mart: its reports would be accepted into nothing. Add a mart that reads one of its tables "
            f"({MARTS}/<name>.sql and {_DECLARED}), or take the form away",
        )
        source.check()


def _check_by_year(source: Source, mart: Mart, found: Sequence[Mart], texts: dict[str, str]) -> None:
    at = (mart.relation.name, "by_year")
    source.refuse_unless("year" in mart.relation.names(), at, True, "only with a column year")
    whole = {m.relation.qualified for m in found if not m.relation.by_year}
    wrong = sorted(whole & reached([mart.relation.qualified], texts))
    source.refuse_unless(
        not wrong, at, True, f"only when no mart is read that is rebuilt whole, as {', '.join(wrong)} is"
    )


def _check_others(root: Path) -> None:
    for relation in (r for r in relations(root).values() if r.by_year and r.schema != "mart"):
        source = Source(root, f"{SYSTEM}/{relation.schema}.yaml")
        source.problem((relation.name, "by_year"), True, "only of a mart")
        source.check()


def _views(root: Path) -> dict[str, str]:
    return {name: o.sql for name, o in sql_objects(root).items()}


def _rebuild(con: duckdb.DuckDBPyConnection, mart: Relation, sql: str, where: str = "") -> None:
    con.execute(f"DELETE FROM {mart.qualified}{where}")
    con.execute(f"INSERT INTO {mart.qualified} BY NAME SELECT * FROM ({sql}){where}")
