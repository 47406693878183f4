"""Homes of earlier versions: what their rows did not say yet is filled in from what the ledger knew.

Runs when the declarations changed: ``reshape`` before the new columns are added, ``migrate`` after it; they do nothing where
all is there. Does not belong here: adding tables and columns (warehouse.bootstrap).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from warehouse.declaration import register_tables, report_tables
from warehouse.relation import ddl, relations

if TYPE_CHECKING:
    import duckdb

_NUMBER_BATCHES = """
UPDATE intake.batch SET batch_no = n.batch_no FROM (
    SELECT batch_id, row_number() OVER (ORDER BY finished_at, batch_id) AS batch_no FROM intake.batch
) n WHERE batch.batch_id = n.batch_id AND batch.batch_no IS NULL
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


def reshape(con: duckdb.DuckDBPyConnection) -> None:
    """Carry the reader's address of each column in place of its kind; ``migrate`` then counts items of json lists from 0."""
    outdated = con.execute(
        "SELECT 1 FROM duckdb_columns() WHERE database_name = current_database() AND schema_name = 'intake' "
        "AND table_name = 'column_map' AND column_name = 'address_kind'"
    ).fetchall()
    if not outdated:
        return
    con.execute(f"CREATE TEMP TABLE old_column_map AS {_WITH_CELL}")
    con.execute(
        "CREATE TEMP TABLE from_json AS "
        "SELECT DISTINCT submission_id FROM intake.column_map WHERE address_kind = 'pointer'"
    )
    con.execute("DROP TABLE intake.column_map")
    con.execute(ddl(relations()["intake.column_map"])[0])
    con.execute("INSERT INTO intake.column_map BY NAME FROM old_column_map")
    con.execute("DROP TABLE old_column_map")


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
