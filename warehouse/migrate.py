"""Homes of earlier versions: what their rows did not say yet is filled in from what the ledger knew.

Runs when the declarations changed: ``reshape`` before the new columns are added, ``migrate`` after it; they do nothing where
all is there. Does not belong here: adding tables and columns (warehouse.bootstrap).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from warehouse.catalog import columns
from warehouse.declaration import register_tables, report_tables
from warehouse.relation import ddl, relations

if TYPE_CHECKING:
    import duckdb

_NUMBER_BATCHES = """
UPDATE intake.batch SET batch_no = n.batch_no FROM (
    SELECT batch_id, row_number() OVER (ORDER BY finished_at, batch_id) AS batch_no FROM intake.batch
) n WHERE batch.batch_id = n.batch_id AND batch.batch_no IS NULL
"""
_NUMBER_RELEASES = """
UPDATE meta.release SET batch_no = b.batch_no FROM intake.batch b WHERE release.batch_id = b.batch_id AND release.batch_no IS NULL
"""
# the only verdict that was kept is the last one
_JUDGEMENTS = """
INSERT INTO intake.judgement BY NAME
SELECT s.submission_id, b.batch_no, s.batch_id, b.finished_at AS judged_at, s.verdict, s.error_count, s.warning_count,
       s.unit_id, s.period_id, s.revision, s.report_date
FROM intake.submission s JOIN intake.batch b USING (batch_id)
WHERE s.submission_id NOT IN (SELECT submission_id FROM intake.judgement)
"""
#: the address of a column, of which there were a kind, a number and, on the cover, a row
_WITH_CELL = """
SELECT * EXCLUDE (address_kind, source_row), CASE
    WHEN address_kind = 'pointer' AND table_name = 'cover' THEN '/cover/' || header
    WHEN address_kind = 'pointer' THEN '/tables/' || sheet || '/*/' || header
    ELSE CASE WHEN column_index >= 26 THEN chr(64 + ((column_index - column_index % 26) / 26)::INTEGER) ELSE '' END
         || chr(65 + (column_index % 26)::INTEGER) || coalesce(source_row::VARCHAR, '*') END AS cell
FROM intake.column_map
"""

#: the hash of today is that since the last change; of those before nobody knows
_CHANGED_ONLY = """
SELECT d.* EXCLUDE (is_changed),
       CASE WHEN d.release_no = max(d.release_no) OVER (PARTITION BY d.table_name, d.year) THEN h.content_hash END AS content_hash
FROM meta.release_diff d LEFT JOIN meta.table_hash h
    ON d.table_name = h.schema_name || '.' || h.table_name AND d.year IS NOT DISTINCT FROM h.year
WHERE d.is_changed
"""


def reshape(con: duckdb.DuckDBPyConnection) -> None:
    """Make tables anew that had other columns: the reader's address of a column, what a release changed."""
    if "address_kind" in _columns(con, "intake.column_map"):
        con.execute(
            "CREATE TEMP TABLE from_json AS "
            "SELECT DISTINCT submission_id FROM intake.column_map WHERE address_kind = 'pointer'"
        )
        _remake(con, "intake.column_map", _WITH_CELL)
    if "is_changed" in _columns(con, "meta.release_diff"):
        _remake(con, "meta.release_diff", _CHANGED_ONLY)


def _columns(con: duckdb.DuckDBPyConnection, table: str) -> set[str]:
    return columns(con).get(table, {}).keys() | set()


def _remake(con: duckdb.DuckDBPyConnection, table: str, select: str) -> None:
    con.execute(f"CREATE TEMP TABLE old_rows AS {select}")
    con.execute(f"DROP TABLE {table}")
    con.execute(ddl(relations()[table])[0])
    con.execute(f"INSERT INTO {table} BY NAME FROM old_rows")
    con.execute("DROP TABLE old_rows")


def _count_items_from_0(con: duckdb.DuckDBPyConnection) -> None:
    """What ``reshape`` leaves: rows can be changed once their table has its new columns, not before in one transaction."""
    con.execute("CREATE TEMP TABLE IF NOT EXISTS from_json (submission_id VARCHAR)")
    if con.execute("FROM from_json LIMIT 1").fetchall():
        for table in (*report_tables().values(), *register_tables().values()):
            con.execute(
                f"UPDATE core.{table.core} SET source_row = source_row - 2 WHERE submission_id IN (FROM from_json)"
            )
    con.execute("DROP TABLE from_json")


def migrate(con: duckdb.DuckDBPyConnection) -> None:
    """Number the batches, keep the verdicts that stand as judgements, and say which batch brought each row."""
    _count_items_from_0(con)
    con.execute(_NUMBER_BATCHES)
    con.execute(_NUMBER_RELEASES)
    con.execute(_JUDGEMENTS)
    of_submission = [f"core.{t.core}" for t in (*report_tables().values(), *register_tables().values())]
    of_submission += [r.qualified for r in relations().values() if r.schema == "intake" and r.in_generations]
    for table in of_submission:
        con.execute(
            f"UPDATE {table} SET known_from = b.batch_no FROM intake.submission s JOIN intake.batch b USING (batch_id) "
            f"WHERE {table.partition('.')[2]}.submission_id = s.submission_id AND known_from IS NULL"
        )
    con.execute("UPDATE core.dim_dialogue_norm SET known_from = 1 WHERE known_from IS NULL")


def next_batch_no(con: duckdb.DuckDBPyConnection) -> int:
    """Return the number of the batch that is being written: one more than the last."""
    ((number,),) = con.execute("SELECT coalesce(max(batch_no), 0) + 1 FROM intake.batch").fetchall()
    return int(number)
