"""Lineage: from a published cell back to the file, sheet and A1 cell that it came from.

Belongs here: finding the fact rows behind a cell and the place of each in its file. Does not: reading the file itself
(assets.trace).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from warehouse.relation import Relation, quote, relations

if TYPE_CHECKING:
    from collections.abc import Mapping

    import duckdb


class LineageError(ValueError):
    """The table, column or key cannot be traced; the message says what can."""


@dataclass(frozen=True, slots=True)
class SourceCell:
    """One cell of one file. ``value`` is what the warehouse holds; ``cell`` is its address, ``column_index`` is 0-based.

    Both are None where the file had no such column.
    """

    submission_id: str
    sha256: str
    file_name: str
    sheet: str
    source_row: int
    column_index: int | None
    cell: str | None
    header: str
    form_ref: str
    column_name: str
    value: Any
    state: str | None


def source_cells(con: duckdb.DuckDBPyConnection, table: str, key: Mapping[str, str], column: str) -> list[SourceCell]:
    """Return the cells behind ``column`` of the rows of ``table`` that match ``key``, in file order.

    ``table`` is a core fact or dimension, or a mart whose column names its source. Raises LineageError.
    """
    relation, name = _origin(table, column)
    unknown = set(key) - set(relation.names())
    if unknown:
        raise LineageError(f"{relation.qualified} has no column {sorted(unknown)}; it has {relation.names()}")
    state = f"f.{quote(name + '_state')}" if f"{name}_state" in relation.names() else "NULL"
    where = " AND ".join(f"f.{quote(k)}::VARCHAR = ?" for k in key) or "true"
    used = "SEMI JOIN mart.year_source y USING (submission_id)" if table.startswith("mart.") else ""
    rows = con.execute(
        "SELECT f.submission_id, s.sha256, s.file_name, f.sheet, f.source_row, m.column_index, "
        f"replace(m.cell, '*', f.source_row::VARCHAR), m.header, m.form_ref, m.column_name, f.{quote(name)}, {state} "
        f"FROM {relation.qualified} f {used} "
        "JOIN intake.submission s USING (submission_id) "
        "LEFT JOIN intake.column_map m ON m.submission_id = f.submission_id AND m.table_name = ? AND m.column_name = ? "
        f"WHERE {where} ORDER BY s.file_name, f.source_row",
        [_staging_name(relation), name, *key.values()],
    ).fetchall()
    return [SourceCell(*row) for row in rows]


def _origin(table: str, column: str) -> tuple[Relation, str]:
    relation = relations().get(table if "." in table else f"core.{table}")
    if relation is None:
        raise LineageError(f"no table {table!r}; see: danvan sql 'SELECT DISTINCT table_name FROM meta.dictionary'")
    if column not in relation.names():
        raise LineageError(f"{relation.qualified} has no column {column!r}; it has {relation.names()}")
    if relation.schema == "mart":
        source = relation.column(column).source
        if source is None:
            traced = [c.name for c in relation.columns if c.source]
            raise LineageError(f"{relation.qualified}.{column} is not one cell's figure; traced are {traced}")
        qualified, _, name = source.rpartition(".")
        return relations()[qualified], name
    if "source_row" not in relation.names():
        raise LineageError(f"{relation.qualified} does not come from a form")
    return relation, column


def _staging_name(relation: Relation) -> str:
    from warehouse.declaration import form_tables

    return next(t.name for t in form_tables().values() if t.core == relation.name)
