"""The marts: cross-year tables for analysts, each a SELECT in ``warehouse/marts``, rebuilt by year or whole.

Belongs here: which there are, the order that follows from what they read, and how they are rebuilt. Does not: their
columns (tables/system/mart.yaml) and SQL.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from warehouse.declaration import form_tables
from warehouse.forms import report_forms
from warehouse.relation import Relation, relations
from warehouse.sql_files import MARTS, sql_files
from warehouse.views import in_order, reached, sql_objects

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import duckdb

    from warehouse.forms import FormVersion

_DECLARED = "tables/system/mart.yaml"


class MartError(ValueError):
    """A mart is declared otherwise than its SQL is, or a form feeds none; the message names the file and the remedy."""


@dataclass(frozen=True, slots=True)
class Mart:
    """One mart: its declaration and its SELECT. ``relation.by_year``: the rows of a year need that year's facts alone."""

    relation: Relation
    sql: str


@cache
def marts() -> tuple[Mart, ...]:
    """Return every mart, each after those that it reads, in its SQL or through a view or macro. Raises MartError."""
    texts = sql_files()[MARTS]
    declared = {r.qualified: r for r in relations().values() if r.schema == "mart"}
    order = [n for n in in_order(texts | _views()) if n in texts]
    found = tuple(Mart(declared[n], texts[n]) for n in order)
    require_by_year(found)
    return found


def build_marts(con: duckdb.DuckDBPyConnection, years: Iterable[int] | None, built: Sequence[Mart] = ()) -> None:
    """Rebuild the marts (or only those of ``built``) for ``years``; None rebuilds every year.

    The caller holds the transaction.
    """
    for mart in built or marts():
        _rebuild(con, mart, years if mart.relation.by_year else None)


def require_by_year(found: Iterable[Mart]) -> None:
    """Raise MartError for a mart by year that has no year, or reads a mart that is rebuilt whole."""
    texts = {m.relation.qualified: m.sql for m in found}
    whole = {m.relation.qualified for m in found if not m.relation.by_year}
    for mart in (m for m in found if m.relation.by_year):
        name = mart.relation.qualified
        if "year" not in mart.relation.names():
            raise MartError(f"{_DECLARED}: {name}: by_year needs a column year")
        if wrong := sorted(whole & reached([name], texts | _views())):
            raise MartError(
                f"{_DECLARED}: {name}: by_year, but marts/{mart.relation.name}.sql reads {wrong}, whose rows of one year "
                "depend on other years; take by_year away"
            )


def require_readers() -> None:
    """Raise MartError for a form of units' reports whose tables no mart reads: it would be accepted into nothing."""
    texts = _views() | {m.relation.qualified: m.sql for m in marts()}
    read = reached([n for n in texts if n.startswith("mart.")], texts)
    for form in (f for versions in report_forms().values() for f in versions):
        tables = [f"core.{form_tables()[t].core}" for t in form.tables()]
        if not read.intersection(tables):
            raise MartError(_unread(form, tables))


def _unread(form: FormVersion, tables: list[str]) -> str:
    return (
        f"{form.folder}/form.yaml: form {form.form_code} {form.form_version} fills {tables or 'no table'}, which no mart "
        "reads: its reports would be accepted into nothing. Add a mart that reads them (marts/<name>.sql and "
        f"{_DECLARED}), or take the form away"
    )


def _views() -> dict[str, str]:
    return {name: o.sql for name, o in sql_objects().items()}


def _rebuild(con: duckdb.DuckDBPyConnection, mart: Mart, years: Iterable[int] | None) -> None:
    # years are written out: a list of literals is a filter that the engine carries down to the facts, a subquery is not
    listed = None if years is None else ", ".join(str(int(y)) for y in years)
    if listed == "":
        return
    where = "" if listed is None else f" WHERE year IN ({listed})"
    target = mart.relation.qualified
    con.execute(f"DELETE FROM {target}{where}")
    con.execute(f"INSERT INTO {target} BY NAME SELECT * FROM ({mart.sql}){where}")
