"""The append-only ledger: what came, when, how it was judged, and what became of it.

Belongs here: rows of schema intake, and the facts of what was accepted, as a judgement brings them. Does not: judging
(assets.judge_files), marts, the order of the steps (assets.batch).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from warehouse import clock
from warehouse.declaration import register_tables, report_tables
from warehouse.judgement import base_of
from warehouse.relation import polars_schema, relations
from warehouse.rows import append_generation, insert_frame, replace_generation, replace_rows, temporary

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime

    import duckdb
    import polars as pl

    from warehouse.judgement import Event, Judgement


#: by which one batch begins after another: what receipts can tell apart in the times of files
_NEXT = timedelta(milliseconds=10)


@dataclass(frozen=True, slots=True)
class BatchCounts:
    """What a batch did. ``files`` = ``duplicates`` + ``accepted`` + ``rejected``; ``replayed`` come on top."""

    files: int
    duplicates: int
    accepted: int
    rejected: int
    replayed: int


@dataclass(frozen=True, slots=True)
class BatchMark:
    """What the rows of a batch carry: its number and id, when it began, and the versions of rules and form maps."""

    batch_no: int
    batch_id: str
    at: datetime
    rules_version: str
    forms_version: str


def known_submissions(con: duckdb.DuckDBPyConnection, ids: Sequence[str], apart_from: Sequence[str] = ()) -> set[str]:
    """Return those of ``ids`` that the ledger knows, but for those with a finding of a code of ``apart_from``."""
    rows = con.execute(
        "SELECT submission_id FROM intake.submission WHERE submission_id IN (SELECT unnest(?)) AND submission_id NOT IN "
        "(SELECT submission_id FROM intake.finding WHERE code IN (SELECT unnest(?)))",
        [list(ids), list(apart_from)],
    ).fetchall()
    return {row[0] for row in rows}


def known_arrivals(con: duckdb.DuckDBPyConnection, marks: Sequence[str]) -> dict[tuple[str, str], str]:
    """Return those arrivals, each by its mark and the SHA-256 of its bytes, that a committed batch took, with the batch.

    The mark alone does not know a file: a corrected one may have the name, size and times of the one before.
    """
    query = (
        "SELECT e.arrival, s.sha256, e.batch_id FROM intake.event e JOIN intake.submission s USING (submission_id) "
        "WHERE e.arrival IN (SELECT unnest(?))"
    )
    return {(mark, sha256): batch for mark, sha256, batch in con.execute(query, [list(marks)]).fetchall()}


def known_ways(con: duckdb.DuckDBPyConnection, ids: Sequence[str]) -> set[tuple[str, datetime]]:
    """Return submission and moment of the ways by which those of ``ids`` came, as they were judged."""
    query = "SELECT submission_id, arrived_at FROM intake.arrival WHERE submission_id IN (SELECT unnest(?))"
    return set(con.execute(query, [list(ids)]).fetchall())


def moment_after_all(con: duckdb.DuckDBPyConnection) -> datetime:
    """Return the present moment, or the first one after the last batch when the clock stands before it (UTC)."""
    ((last,),) = con.execute("SELECT max(finished_at) FROM intake.batch").fetchall()
    now = clock.now()
    return max(now, last + _NEXT) if last else now


def batch_ids(con: duckdb.DuckDBPyConnection) -> set[str]:
    """Return the ids of all batches; none of an empty file."""
    if not base_of(con).release_no:
        return set()
    return {row[0] for row in con.execute("SELECT batch_id FROM intake.batch").fetchall()}


def free_batch_id(con: duckdb.DuckDBPyConnection, batch_id: str) -> str:
    """Return ``batch_id``, numbered when a batch has that name: a run tried again after its commit writes a batch of its own."""
    query = "SELECT count(*) FROM intake.batch WHERE batch_id = ? OR starts_with(batch_id, ? || '-')"
    ((used,),) = con.execute(query, [batch_id, batch_id]).fetchall()
    return f"{batch_id}-{used + 1}" if used else batch_id


def known_files(con: duckdb.DuckDBPyConnection, ids: Sequence[str]) -> list[tuple[str, str, int]]:
    """Return (hash, file name, size) of those of ``ids`` that the ledger knows, by hash."""
    return con.execute(
        "SELECT sha256, file_name, byte_size FROM intake.submission WHERE submission_id IN (SELECT unnest(?)) ORDER BY 1",
        [list(ids)],
    ).fetchall()


def write_judgement(con: duckdb.DuckDBPyConnection, judgement: Judgement, mark: BatchMark) -> None:
    """Write everything that was judged: verdicts, findings, facts, versions. What it replaces moves to history."""
    submissions = judgement.frames["intake.submission"]
    with temporary(
        con,
        judged_submission=submissions,
        touched_unit=judgement.frames["staging.touched_unit"],
        version=judgement.frames["staging.version"],
    ):
        _write_submissions(con, mark)
        _write_reported(con, judgement, mark)
        _set_versions(con)
        _write_history_findings(con, judgement.frames["intake.history_finding"], mark)
        _set_finding_life(con, clock.today())
        _write_judgements(con, mark)
        _write_periods(con)


def _write_reported(con: duckdb.DuckDBPyConnection, judgement: Judgement, mark: BatchMark) -> None:
    """Write what hangs on the judged submissions, and the register when a new one is in force."""
    replaced = bool(judgement.known_before)
    for name in ("intake.column_map", "intake.row_count", "intake.stated_total", "intake.arrival", "intake.finding"):
        _write_rows(con, name, judgement.frames[name], mark, replaced)
    for table in report_tables().values():
        _write_rows(con, f"core.{table.core}", judgement.frames[f"core.{table.core}"], mark, replaced)
    for table in register_tables().values() if judgement.has_register else ():
        relation = relations()[f"core.{table.core}"]
        replace_generation(con, relation, judgement.frames[relation.qualified], "true", mark.batch_no)


def _write_rows(
    con: duckdb.DuckDBPyConnection, name: str, frame: pl.DataFrame, mark: BatchMark, replaced: bool
) -> None:
    """Write the rows that hang on the judged submissions; those across periods are written apart."""
    relation = relations()[name]
    if not replaced:
        append_generation(con, relation, frame, mark.batch_no)
        return
    where = "submission_id IN (SELECT submission_id FROM judged_submission)"
    if name == "intake.finding":
        where += f" AND code NOT IN ({_ACROSS_PERIODS})"
    replace_generation(con, relation, frame, where, mark.batch_no, apart_from=["life"])


def _write_submissions(con: duckdb.DuckDBPyConnection, mark: BatchMark) -> None:
    """Write the newest state of each submission; one that was judged before keeps its first arrival."""
    con.execute(
        "CREATE TEMP TABLE submission_now AS SELECT n.*, ? AS batch_id, coalesce(s.received_at, ?) AS received_at "
        "FROM judged_submission n LEFT JOIN intake.submission s USING (submission_id)",
        [mark.batch_id, mark.at],
    )
    con.execute("DELETE FROM intake.submission WHERE submission_id IN (SELECT submission_id FROM judged_submission)")
    con.execute("INSERT INTO intake.submission BY NAME FROM submission_now")
    con.execute("DROP TABLE submission_now")


def _set_versions(con: duckdb.DuckDBPyConnection) -> None:
    """Mark the newest accepted version of each report as current; the order is the judgement's."""
    con.execute(
        "UPDATE intake.submission SET is_current = v.is_current FROM version v "
        "WHERE submission.submission_id = v.submission_id AND submission.is_current <> v.is_current"
    )
    for table in report_tables().values():
        con.execute(
            f"UPDATE core.{table.core} SET valid_from = v.valid_from, valid_to = v.valid_to, is_current = v.is_current "
            f"FROM version v WHERE {table.core}.submission_id = v.submission_id"
        )


def _write_history_findings(con: duckdb.DuckDBPyConnection, frame: pl.DataFrame, mark: BatchMark) -> None:
    """Make the findings across periods of the touched units those of this judgement; they never reject."""
    where = f"code IN ({_ACROSS_PERIODS}) AND submission_id IN ({_TOUCHED})"
    replace_generation(con, relations()["intake.finding"], frame, where, mark.batch_no, apart_from=["life"])
    con.execute(
        "UPDATE intake.submission SET warning_count = coalesce((SELECT sum(1 + coalesce(f.more_count, 0)) FROM intake.finding f "
        "WHERE f.submission_id = submission.submission_id AND f.severity = 'warning'), 0) "
        "WHERE unit_id IN (SELECT unit_id FROM touched_unit)"
    )


def _write_judgements(con: duckdb.DuckDBPyConnection, mark: BatchMark) -> None:
    """Append the verdicts, with what they rest on."""
    con.execute(
        "INSERT INTO intake.judgement BY NAME SELECT submission_id, ? AS batch_no, ? AS batch_id, ? AS judged_at, verdict, "
        "error_count, warning_count, unit_id, period_id, revision, report_date, ? AS rules_version, ? AS forms_version "
        "FROM intake.submission SEMI JOIN judged_submission USING (submission_id)",
        [mark.batch_no, mark.batch_id, mark.at, mark.rules_version, mark.forms_version],
    )


def _write_periods(con: duckdb.DuckDBPyConnection) -> None:
    """Make dim_period the periods that the known submissions speak of, and the years that these end in."""
    from warehouse.periods import parse_period_id, whole_year

    known = con.execute("SELECT DISTINCT period_id, year FROM intake.submission WHERE period_start IS NOT NULL")
    found = {p for period_id, year in known.fetchall() for p in (parse_period_id(period_id), whole_year(year))}
    periods = sorted(found, key=lambda p: p.period_id)
    rows = [(p.period_id, p.kind, p.year, p.period_start, p.period_end, p.cumulative, p.label) for p in periods]
    replace_rows(con, relations()["core.dim_period"], list(rows))


_ACROSS_PERIODS = "SELECT code FROM meta.rule WHERE scope_level = 'period'"
#: judged again, a submission may speak for no known unit any more
_TOUCHED = (
    "SELECT s.submission_id FROM intake.submission s WHERE s.unit_id IN (SELECT unit_id FROM touched_unit) "
    "UNION SELECT submission_id FROM judged_submission"
)


def _set_finding_life(con: duckdb.DuckDBPyConnection, today: date) -> None:
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
    relation = relations()["intake.event"]
    insert_frame(con, relation, pl.DataFrame(rows, schema=polars_schema(relation), orient="row"))


def write_waiver(con: duckdb.DuckDBPyConnection, waiver: tuple[str, int, str, str, str, date]) -> None:
    """Write a waiver (its columns in their order) in place of the one of the same code, unit and period."""
    con.execute("DELETE FROM intake.waiver WHERE code = ? AND unit_id = ? AND period_id = ?", waiver[:3])
    con.execute("INSERT INTO intake.waiver VALUES (?, ?, ?, ?, ?, ?)", waiver)


def write_batch(
    con: duckdb.DuckDBPyConnection, batch_no: int, batch_id: str, started_at: datetime, counts: BatchCounts
) -> None:
    """Write the batch's row."""
    con.execute(
        "INSERT INTO intake.batch (batch_no, batch_id, started_at, finished_at, file_count, duplicate_count, "
        "accepted_count, rejected_count, replayed_count) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            batch_no,
            batch_id,
            started_at,
            max(clock.now(), started_at),
            counts.files,
            counts.duplicates,
            counts.accepted,
            counts.rejected,
            counts.replayed,
        ],
    )


_LIFE = """
UPDATE intake.finding SET life = l.life FROM (
    WITH version AS (
        SELECT submission_id, unit_id, period_id,
               lag(submission_id) OVER v AS before_id, lead(submission_id) OVER v AS after_id
        FROM intake.submission
        WHERE unit_id IN (SELECT unit_id FROM touched_unit)
          AND form_code IN (SELECT d.form_code FROM core.dim_form d WHERE d.is_report)
        WINDOW v AS (PARTITION BY unit_id, form_code, period_id
                          ORDER BY revision, signed_at DESC NULLS FIRST, report_date, submission_id)
    ),
    kept AS (
        SELECT DISTINCT submission_id, code, coalesce(table_name, '') AS t, coalesce(row_no, 0) AS r,
               coalesce(column_name, '') AS c
        FROM intake.finding
    ),
    unlisted AS (  -- where more of a code are not listed, any cell may be among them
        SELECT DISTINCT submission_id, code, coalesce(table_name, '') AS t FROM intake.finding WHERE more_count > 0
    )
    SELECT k.submission_id, k.code, k.t, k.r, k.c, CASE
        WHEN w.code IS NOT NULL THEN 'waived'
        WHEN v.after_id IS NOT NULL AND a.code IS NULL AND ua.code IS NULL THEN 'fixed'
        WHEN b.code IS NOT NULL OR ub.code IS NOT NULL THEN 'open'
        ELSE 'new' END AS life
    FROM kept k JOIN version v USING (submission_id)
    LEFT JOIN kept a ON a.submission_id = v.after_id AND (a.code, a.t, a.r, a.c) = (k.code, k.t, k.r, k.c)
    LEFT JOIN kept b ON b.submission_id = v.before_id AND (b.code, b.t, b.r, b.c) = (k.code, k.t, k.r, k.c)
    LEFT JOIN unlisted ua ON ua.submission_id = v.after_id AND (ua.code, ua.t) = (k.code, k.t)
    LEFT JOIN unlisted ub ON ub.submission_id = v.before_id AND (ub.code, ub.t) = (k.code, k.t)
    LEFT JOIN intake.waiver w ON w.code = k.code AND w.unit_id = v.unit_id AND w.period_id = v.period_id
        AND w.expires_on >= ?
) l
WHERE finding.submission_id = l.submission_id AND finding.code = l.code AND coalesce(finding.table_name, '') = l.t
  AND coalesce(finding.row_no, 0) = l.r AND coalesce(finding.column_name, '') = l.c
"""
