"""The append-only ledger and the submission register: what came, when, and what became of it.

Belongs here: rows of intake.submission, intake.event, intake.batch and the life of findings. Does not: facts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from warehouse import clock
from warehouse.load import REGISTER_FORM
from warehouse.relation import relations

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime

    import duckdb

Event = tuple[str, str, str | None, str | None]  # submission_id, event, file_name, arrival


@dataclass(frozen=True, slots=True)
class BatchCounts:
    """What a batch did. ``files`` = ``duplicates`` + ``accepted`` + ``rejected``; ``replayed`` come on top."""

    files: int
    duplicates: int
    accepted: int
    rejected: int
    replayed: int


def known_submissions(con: duckdb.DuckDBPyConnection, ids: Sequence[str]) -> set[str]:
    """Return those of ``ids`` that the ledger knows."""
    rows = con.execute(
        "SELECT submission_id FROM intake.submission WHERE submission_id IN (SELECT unnest(?))", [list(ids)]
    ).fetchall()
    return {row[0] for row in rows}


def known_arrivals(con: duckdb.DuckDBPyConnection, marks: Sequence[str]) -> dict[str, str]:
    """Return those arrival marks that a committed batch has already taken, each with its batch."""
    query = "SELECT arrival, batch_id FROM intake.event WHERE arrival IN (SELECT unnest(?))"
    return dict(con.execute(query, [list(marks)]).fetchall())


def free_batch_id(con: duckdb.DuckDBPyConnection, batch_id: str) -> str:
    """Return ``batch_id``, numbered when a batch has that name: a run tried again after its commit writes a batch of its own."""
    query = "SELECT count(*) FROM intake.batch WHERE batch_id = ? OR starts_with(batch_id, ? || '-')"
    ((used,),) = con.execute(query, [batch_id, batch_id]).fetchall()
    return f"{batch_id}-{used + 1}" if used else batch_id


def write_submissions(con: duckdb.DuckDBPyConnection, batch_id: str, at: datetime) -> None:
    """Write the staged submissions with their verdicts; a submission judged before keeps its first arrival."""
    con.execute("DELETE FROM intake.submission WHERE submission_id IN (SELECT submission_id FROM staging.submission)")
    shared = [n for n in relations()["intake.submission"].names() if n in relations()["staging.submission"].names()]
    con.execute(
        f"INSERT INTO intake.submission BY NAME SELECT {', '.join('s.' + n for n in shared)}, v.verdict, "
        "false AS is_current, v.error_count, v.warning_count, ? AS batch_id, coalesce(f.received_at, ?) AS received_at "
        "FROM staging.submission s JOIN staging.verdict v USING (submission_id) "
        "LEFT JOIN staging.known_before f USING (submission_id)",
        [batch_id, at],
    )


def write_findings(con: duckdb.DuckDBPyConnection) -> None:
    """Keep the staged findings; their life is set by ``set_finding_life``."""
    con.execute("INSERT INTO intake.finding BY NAME SELECT *, 'new' AS life FROM staging.finding")


def write_history_findings(con: duckdb.DuckDBPyConnection) -> None:
    """Replace the history findings of the touched units by ``staging.history_finding``; they never reject."""
    con.execute(
        "DELETE FROM intake.finding WHERE code IN (SELECT code FROM meta.rule WHERE scope_level = 'period') "
        "AND submission_id IN (SELECT submission_id FROM intake.submission "
        "WHERE unit_id IN (SELECT unit_id FROM staging.touched_unit))"
    )
    con.execute("INSERT INTO intake.finding BY NAME SELECT *, 'new' AS life FROM staging.history_finding")
    con.execute(
        "UPDATE intake.submission SET warning_count = coalesce((SELECT count(*) FROM intake.finding f "
        "WHERE f.submission_id = submission.submission_id AND f.severity = 'warning'), 0) "
        "WHERE unit_id IN (SELECT unit_id FROM staging.touched_unit)"
    )


def set_finding_life(con: duckdb.DuckDBPyConnection, today: date) -> None:
    """Set the life of findings of the reports that the batch touched: new, open, fixed or waived.

    ``open``: the version before had it too; ``fixed``: a later version of the report no longer has it.
    """
    con.execute(_LIFE, [today])


def write_events(con: duckdb.DuckDBPyConnection, batch_id: str, at: datetime, events: Iterable[Event]) -> None:
    """Append events in the given order."""
    import polars as pl

    rows = [
        (f"{batch_id}-{i:06d}", submission_id, event, at, batch_id, file_name, arrival)
        for i, (submission_id, event, file_name, arrival) in enumerate(events, start=1)
    ]
    from warehouse.relation import polars_schema

    frame = pl.DataFrame(rows, schema=polars_schema(relations()["intake.event"]), orient="row")
    con.register("event_rows", frame.to_arrow())
    con.execute("INSERT INTO intake.event BY NAME SELECT * FROM event_rows")
    con.unregister("event_rows")


def write_batch(con: duckdb.DuckDBPyConnection, batch_id: str, started_at: datetime, counts: BatchCounts) -> None:
    """Write the batch's row."""
    con.execute(
        "INSERT INTO intake.batch (batch_id, started_at, finished_at, file_count, duplicate_count, accepted_count, "
        "rejected_count, replayed_count) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            batch_id,
            started_at,
            clock.now(),
            counts.files,
            counts.duplicates,
            counts.accepted,
            counts.rejected,
            counts.replayed,
        ],
    )


_LIFE = f"""
UPDATE intake.finding SET life = l.life FROM (
    WITH version AS (
        SELECT submission_id, unit_id, period_id,
               lag(submission_id) OVER v AS before_id, lead(submission_id) OVER v AS after_id
        FROM intake.submission
        WHERE unit_id IN (SELECT unit_id FROM staging.touched_unit) AND form_code <> '{REGISTER_FORM}'
        WINDOW v AS (PARTITION BY unit_id, form_code, period_id ORDER BY revision, report_date, submission_id)
    ),
    kept AS (
        SELECT DISTINCT submission_id, code, coalesce(table_name, '') AS t, coalesce(row_no, 0) AS r,
               coalesce(column_name, '') AS c
        FROM intake.finding
    )
    SELECT k.submission_id, k.code, k.t, k.r, k.c, CASE
        WHEN w.code IS NOT NULL THEN 'waived'
        WHEN v.after_id IS NOT NULL AND a.code IS NULL THEN 'fixed'
        WHEN b.code IS NOT NULL THEN 'open'
        ELSE 'new' END AS life
    FROM kept k JOIN version v USING (submission_id)
    LEFT JOIN kept a ON a.submission_id = v.after_id AND (a.code, a.t, a.r, a.c) = (k.code, k.t, k.r, k.c)
    LEFT JOIN kept b ON b.submission_id = v.before_id AND (b.code, b.t, b.r, b.c) = (k.code, k.t, k.r, k.c)
    LEFT JOIN intake.waiver w ON w.code = k.code AND w.unit_id = v.unit_id AND w.period_id = v.period_id
        AND w.expires_on >= ?
) l
WHERE finding.submission_id = l.submission_id AND finding.code = l.code AND coalesce(finding.table_name, '') = l.t
  AND coalesce(finding.row_no, 0) = l.r AND coalesce(finding.column_name, '') = l.c
"""
