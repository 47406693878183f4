"""Changes that an existing warehouse goes through once, before its tables are compared with the declarations.

Belongs here: what adding a column cannot do; each step looks whether it is still to be done. Does not: the declarations.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from warehouse.declaration import form_tables
from warehouse.relation import ddl, relations

if TYPE_CHECKING:
    import duckdb


def migrate(con: duckdb.DuckDBPyConnection) -> None:
    """Bring the warehouse to the shape that today's declarations start from; does nothing to one that has it."""
    _carry_addresses(con)


def _carry_addresses(con: duckdb.DuckDBPyConnection) -> None:
    """The reader's address of each column replaces the kind of address; items of a json list are counted from 0."""
    if not _has_column(con, "intake", "column_map", "address_kind"):
        return
    con.execute(f"CREATE TEMP TABLE old_column_map AS {_WITH_CELL}")
    con.execute(
        "CREATE TEMP TABLE from_json AS SELECT DISTINCT submission_id FROM intake.column_map WHERE address_kind = 'pointer'"
    )
    relation = relations()["intake.column_map"]
    con.execute("DROP TABLE intake.column_map")
    con.execute(ddl(relation)[0])
    con.execute("INSERT INTO intake.column_map BY NAME FROM old_column_map")
    for table in form_tables().values():
        con.execute(f"UPDATE core.{table.core} SET source_row = source_row - 2 WHERE submission_id IN (FROM from_json)")
    con.execute("DROP TABLE old_column_map")
    con.execute("DROP TABLE from_json")


def _has_column(con: duckdb.DuckDBPyConnection, schema: str, table: str, column: str) -> bool:
    found = con.execute(
        "SELECT 1 FROM duckdb_columns() WHERE database_name = current_database() AND schema_name = ? AND table_name = ? "
        "AND column_name = ?",
        [schema, table, column],
    ).fetchall()
    return bool(found)


_WITH_CELL = """
SELECT * EXCLUDE (address_kind, source_row), CASE
    WHEN address_kind = 'pointer' AND table_name = 'cover' THEN '/cover/' || header
    WHEN address_kind = 'pointer' THEN '/tables/' || sheet || '/*/' || header
    ELSE CASE WHEN column_index >= 26 THEN chr(64 + ((column_index - column_index % 26) / 26)::INTEGER) ELSE '' END
         || chr(65 + (column_index % 26)::INTEGER) || coalesce(source_row::VARCHAR, '*') END AS cell
FROM intake.column_map
"""
