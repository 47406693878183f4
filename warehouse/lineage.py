"""Lineage: from a published figure back to the file, sheet and A1 cell that it came from.

Belongs here: which rows and cells stand behind a figure or a fact's cell, and the place of each in its file. Does not: the SQL of
figures and their provenance (warehouse.figure, provenance), reading the file itself (assets.trace).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from warehouse import query
from warehouse.declaration import form_tables
from warehouse.provenance import key_text, origins_of
from warehouse.relation import Relation, quote, relations

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import duckdb


class LineageError(ValueError):
    """The table, column or key cannot be traced; the message says what can."""


@dataclass(frozen=True, slots=True)
class SourceCell:
    """One cell of one file. ``value`` is what the warehouse holds; ``cell`` is its address, ``column_index`` is 0-based.

    Both are None where the file had no such column, or the row counts as a whole. Behind a figure, ``part``, ``weight`` and
    ``uncounted`` say how it enters: see the view ``meta.lineage``.
    """

    submission_id: str
    sha256: str
    file_name: str
    unit_code: str | None
    period_id: str | None
    sheet: str
    source_row: int
    column_index: int | None
    cell: str | None
    header: str | None
    form_ref: str | None
    column_name: str | None
    value: Any
    state: str | None = None
    part: str | None = None
    weight: float | None = None
    uncounted: str | None = None


@dataclass(frozen=True, slots=True)
class Traced:
    """One column of some rows of a mart: their keys and values, and all cells behind them.

    ``made_of``: the figures that it is worked out of instead, each traced by itself. ``rejected``: reports of these years (and
    this unit) of which no figure counts.
    """

    mart: str
    column: str
    rows: tuple[tuple[str, Any], ...]
    cells: tuple[SourceCell, ...] = ()
    made_of: tuple[Traced, ...] = ()
    rejected: tuple[Mapping[str, Any], ...] = ()


def figure(con: duckdb.DuckDBPyConnection, table: str, key: Mapping[str, str], column: str) -> Traced:
    """Return what stands behind ``column`` of the rows of a mart that match ``key``: any of its columns, as text ('': blank).

    Raises LineageError: for a mart, column or key that there is not, and a column that is no figure.
    """
    mart = _known(table, column)
    where, values = _condition(mart, key)
    found = _figure(con, mart, column, where, values)
    rejected = query.rows(con, "rejected_of_year", **_scope(con, mart, where, values)) if found.rows else []
    return Traced(found.mart, found.column, found.rows, found.cells, found.made_of, tuple(rejected))


def source_cells(con: duckdb.DuckDBPyConnection, table: str, key: Mapping[str, str], column: str) -> list[SourceCell]:
    """Return the cells behind ``column`` of the rows of a core fact or dimension that match ``key``, in file order.

    Raises LineageError.
    """
    relation = _known(table, column)
    if "source_row" not in relation.names():
        raise LineageError(f"{relation.qualified} does not come from a form")
    where, values = _condition(relation, key)
    state = f"f.{quote(column + '_state')}" if f"{column}_state" in relation.names() else "NULL"
    staged = next(t.name for t in form_tables().values() if t.core == relation.name)
    rows = con.execute(
        "SELECT f.submission_id, s.sha256, s.file_name, s.unit_code, s.period_id, f.sheet, f.source_row, m.column_index, "
        f"replace(m.cell, '*', f.source_row::VARCHAR), m.header, m.form_ref, m.column_name, f.{quote(column)}, {state} "
        f"FROM (SELECT * FROM {relation.qualified} WHERE {where}) f JOIN intake.submission s USING (submission_id) "
        f"LEFT JOIN intake.column_map m ON m.submission_id = f.submission_id AND m.table_name = '{staged}' "
        f"AND m.column_name = '{column}' ORDER BY s.file_name, f.source_row",
        values,
    ).fetchall()
    return [SourceCell(*row) for row in rows]


def is_mart(table: str) -> bool:
    """Tell whether figures of ``table`` are traced, not single cells."""
    return table.startswith("mart.")


def _figure(con: duckdb.DuckDBPyConnection, mart: Relation, column: str, where: str, values: Sequence[Any]) -> Traced:
    rows = con.execute(
        f"SELECT {key_text(mart)}, {quote(column)} FROM {mart.qualified} WHERE {where} ORDER BY ALL", values
    ).fetchall()
    declared = mart.column(column).figure
    if declared is None:
        traced = [c.name for c in mart.columns if c.figure]
        raise LineageError(f"{mart.qualified}.{column} is no figure of reports' cells; traced are {traced}")
    if declared.of:
        parts = (_part(con, mart, origin, where, values) for origin in origins_of(mart, mart.column(column)))
        return Traced(mart.qualified, column, tuple(rows), made_of=tuple(parts))
    found = query.rows(con, "cells_of", mart=mart.qualified, column=column, rows=[key for key, _ in rows])
    return Traced(mart.qualified, column, tuple(rows), tuple(_cell(row) for row in found))


def _part(con: duckdb.DuckDBPyConnection, mart: Relation, origin: str, where: str, values: Sequence[Any]) -> Traced:
    """The figure that another one is made of: of the same rows, or of those of another mart that they sum up."""
    table, _, column = origin.rpartition(".")
    other = relations()[table]
    if other.qualified == mart.qualified:
        return _figure(con, mart, column, where, values)
    shared = ", ".join(k for k in mart.key if k in other.names())
    # only the rows that state it have entered
    within = f"({shared}) IN (SELECT ({shared}) FROM {mart.qualified} WHERE {where}) AND {quote(column)} IS NOT NULL"
    return _figure(con, other, column, within, values)


def _cell(row: Mapping[str, Any]) -> SourceCell:
    shared = {k: row[k] for k in row if k not in ("row_key", "source_table", "row_no", "source_column")}
    return SourceCell(column_name=row["source_column"], **shared)


def _scope(con: duckdb.DuckDBPyConnection, mart: Relation, where: str, values: Sequence[Any]) -> dict[str, Any]:
    """The years of some rows of a mart, and the unit when they are all of one."""
    unit = "CASE WHEN count(DISTINCT unit_id) = 1 THEN any_value(unit_id) END" if "unit_id" in mart.key else "NULL"
    ((years, of_unit),) = con.execute(
        f"SELECT list(DISTINCT year), {unit} FROM {mart.qualified} WHERE {where}", values
    ).fetchall()
    return {"years": years, "unit": of_unit}


def _known(table: str, column: str) -> Relation:
    relation = relations().get(table if "." in table else f"core.{table}")
    if relation is None or relation.schema not in ("core", "mart"):
        raise LineageError(f"no table {table!r}; see: danvan sql 'SELECT DISTINCT table_name FROM meta.dictionary'")
    if column not in relation.names():
        raise LineageError(f"{relation.qualified} has no column {column!r}; it has {relation.names()}")
    return relation


def _condition(relation: Relation, key: Mapping[str, str]) -> tuple[str, list[str]]:
    unknown = set(key) - set(relation.names())
    if unknown:
        raise LineageError(f"{relation.qualified} has no column {sorted(unknown)}; it has {relation.names()}")
    return " AND ".join(f"coalesce({quote(k)}::VARCHAR, '') = ?" for k in key) or "true", list(key.values())
