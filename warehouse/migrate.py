"""Homes of earlier versions: what their rows did not say yet is filled in from what the ledger knew.

Runs when the declarations changed, after the new columns were added; does nothing where all is there. Does not belong here:
adding tables and columns (warehouse.bootstrap).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from warehouse.declaration import register_tables, report_tables
from warehouse.relation import relations

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


def migrate(con: duckdb.DuckDBPyConnection) -> None:
    """Number the batches, keep the verdicts that stand as judgements, and say which batch brought each row."""
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
