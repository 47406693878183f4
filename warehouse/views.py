"""Views and macros: those generated from the declarations and those written in ``views`` and ``macros``, in one order.

Belongs here: which there are, what each one uses, and creating them. Does not: their SQL, tables (warehouse.bootstrap),
what is kept in tables (warehouse.marts).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING, Literal

from warehouse.as_of_views import SUFFIX, as_of_views
from warehouse.catalog import takes_every_comment
from warehouse.exact import VIEWS
from warehouse.generated import generated_macros, generated_views
from warehouse.mart_sql import mart_texts
from warehouse.relation import column_comment, literal, quote, relations
from warehouse.source import per_root
from warehouse.sql_files import MACROS, sql_files
from warehouse.sql_text import in_order, names_used, reached

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    import duckdb


@dataclass(frozen=True, slots=True)
class SqlObject:
    """A view (``sql`` is its SELECT) or a macro (``sql`` is the statement that makes it)."""

    name: str
    kind: Literal["view", "macro"]
    sql: str

    @property
    def statement(self) -> str:
        """The statement that makes it anew."""
        return self.sql if self.kind == "macro" else f"CREATE OR REPLACE VIEW {self.name} AS {self.sql}"


def drop_views(con: duckdb.DuckDBPyConnection) -> None:
    """Drop every view and macro, of older versions too: a table may have the name of one, and what is declared is made anew."""
    views = con.execute(
        "SELECT schema_name || '.' || view_name FROM duckdb_views() WHERE NOT internal AND database_name = current_database()"
    ).fetchall()
    for (name,) in views:
        con.execute(f"DROP VIEW {name}")
    macros = con.execute(
        "SELECT DISTINCT schema_name || '.' || function_name, function_type FROM duckdb_functions() "
        "WHERE NOT internal AND function_type IN ('macro', 'table_macro') AND database_name = current_database()"
    ).fetchall()
    for name, kind in macros:
        con.execute(f"DROP MACRO{' TABLE' if kind == 'table_macro' else ''} {name}")


def create_views(con: duckdb.DuckDBPyConnection) -> dict[str, list[tuple[str, str, str]]]:
    """Make every view and macro anew on ``con``, which has the tables, each with its comment.

    Returns the columns of each view, in their order: name, type, comment.
    """
    described = {r.qualified: {c.name: column_comment(c) for c in r.columns} for r in relations().values()}
    columns: dict[str, list[tuple[str, str, str]]] = {}
    all_take_comments = takes_every_comment(con)
    for found in sql_objects().values():
        con.execute(found.statement)
        if found.kind == "view":
            columns[found.name] = _columns(con, found, described)
            described[found.name] = {name: comment for name, _, comment in columns[found.name]}
        for statement in _comments(found, columns.get(found.name)) if all_take_comments else ():
            con.execute(statement)
    return columns


def head_comment(found: SqlObject) -> str:
    """What a view or macro says of itself: the first line of a view, all lines above a macro."""
    lines = list(takewhile(lambda line: line.startswith("-- "), found.sql.splitlines()))
    said = lines[:1] if found.kind == "view" else lines
    return " ".join(line.removeprefix("-- ").strip() for line in said)


def needed(names: Iterable[str]) -> set[str]:
    """Return ``names`` and all that they use, through views and macros, down to the tables."""
    found = set(names)
    return found | reached(found, {name: o.sql for name, o in sql_objects().items()})


def as_of_names() -> dict[str, str]:
    """Return what there is a second time as it was known then: the macro's name by that of the table, view or macro."""
    return {n.removesuffix(SUFFIX): n for n in sql_objects() if n.endswith(SUFFIX)}


@per_root
def sql_objects(root: Path) -> dict[str, SqlObject]:
    """Return every view and macro by qualified name, each after those that it uses. Raises SqlOrderError."""
    files = sql_files(root)
    views = generated_views(root) | files[VIEWS]
    macros = generated_macros(root) | files[MACROS]
    macros |= as_of_views(views, macros, mart_texts(root), root)
    found = {n: SqlObject(n, "view", sql) for n, sql in views.items()}
    found |= {n: SqlObject(n, "macro", sql) for n, sql in macros.items()}
    return {n: found[n] for n in in_order({n: o.sql for n, o in found.items()})}


def _columns(
    con: duckdb.DuckDBPyConnection, view: SqlObject, described: Mapping[str, Mapping[str, str]]
) -> list[tuple[str, str, str]]:
    """Return name, type and comment of a view's columns: a line ``--   column: comment`` of its file for its own.

    Other columns carry the comment of what they come from: the one named first of those that have such a column.
    """
    comments: dict[str, str] = {}
    for name in reversed([n for n in names_used(view.sql) if n in described]):
        comments |= described[name]
    lines = [line for line in view.sql.splitlines() if line.startswith("--   ")]
    comments |= dict(line.removeprefix("--   ").split(": ", 1) for line in lines)
    found = con.execute(f"DESCRIBE {view.name}").fetchall()
    return [(name, data_type, comments[name]) for name, data_type, *_ in found]


def _comments(found: SqlObject, columns: Iterable[tuple[str, str, str]] | None) -> Iterator[str]:
    """Yield the statements that comment on a view, with its columns, or a macro."""
    if found.kind == "view":
        yield f"COMMENT ON VIEW {found.name} IS {literal(head_comment(found))}"
        for name, _, comment in columns or ():
            yield f"COMMENT ON COLUMN {found.name}.{quote(name)} IS {literal(comment)}"
    else:
        what = "MACRO TABLE" if " AS TABLE" in found.sql else "MACRO"
        yield f"COMMENT ON {what} {found.name} IS {literal(head_comment(found))}"
