"""One batch in one transaction: staged, judged, loaded, aggregated and released, or nothing at all.

Belongs here: the order of the steps and what each hands to the next. Does not: SQL (warehouse), rules (expectations),
reading files (assets.intake), publishing and receipts (assets.ingest).
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from assets.progress import report
from expectations import judge
from warehouse import clock, ledger, load
from warehouse.bootstrap import bootstrap, drop_staging
from warehouse.closing import is_closed, note_revisions, require_ended, write_closing
from warehouse.marts import build_marts
from warehouse.release import write_release
from warehouse.writer import transaction

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import duckdb
    import polars as pl

    from assets.intake.archive import ArrivedFile
    from warehouse.home import Home

Frames = dict[str, "pl.DataFrame"]


class SuitesDisagreeError(Exception):
    """Great Expectations and the compiled pass counted differently: the batch is not committed."""


@dataclass(slots=True)
class BatchResult:
    """What a batch did; ``release_no`` is None when nothing but the ledger changed."""

    batch_id: str
    files: int = 0
    duplicates: int = 0
    accepted: list[str] = field(default_factory=list)
    rejected: list[str] = field(default_factory=list)
    replayed: list[str] = field(default_factory=list)
    resumed: list[str] = field(default_factory=list)  # committed batches whose files a killed run left in the inbox
    years: list[int] = field(default_factory=list)
    release_no: int | None = None
    suites: dict[str, dict[str, int]] = field(default_factory=dict)
    staged_rows: dict[str, int] = field(default_factory=dict)
    all_years: bool = False  # the register or the declarations changed: every year was rebuilt

    @property
    def judged(self) -> list[str]:
        """Every submission that got a verdict in this batch."""
        return [*self.accepted, *self.rejected]


class Batch:
    """The running batch: a connection in a transaction, the home, and the result as it grows."""

    def __init__(self, con: duckdb.DuckDBPyConnection, home: Home, batch_id: str, processes: int) -> None:
        self.con = con
        self.home = home
        self.processes = processes
        self.started_at = clock.now()
        self.result = BatchResult(batch_id)
        self.events: list[ledger.Event] = []

    def run(self, files: Sequence[ArrivedFile]) -> BatchResult:
        """Take ``files`` through the warehouse. Raises SuitesDisagreeError; anything raised rolls the batch back."""
        with self._written():
            fresh = self._receive(files)
            if fresh:
                self._judge_all(fresh)
            if fresh or self.result.all_years:
                self._aggregate()
        return self.result

    def replay(self, submissions: Sequence[str]) -> BatchResult:
        """Judge known submissions again, in one transaction. Raises LookupError for unknown ones, SuitesDisagreeError."""
        with self._written():
            files = _archived(self.con, self.home, submissions)
            unknown = sorted(set(submissions) - {f.submission_id for f in files})
            if unknown:
                raise LookupError(f"the ledger knows no submission {', '.join(unknown)}; see: danvan status")
            self.events += [(i, "replayed", None, None) for i in sorted(submissions)]
            self._judge_all(files)
            self.result.replayed = sorted({*self.result.replayed, *submissions})
            self._aggregate()
        return self.result

    def rebuild_marts(self, years: Sequence[int]) -> BatchResult:
        """Rebuild the marts of ``years`` from core as it is."""
        with self._written():
            self.result.years = sorted(years)
            self._aggregate()
        return self.result

    def close_year(self, year: int) -> BatchResult:
        """Close ``year``, which must have ended: its figures as they are become its revision 1. Raises YearOpenError."""
        with self._written():
            if not is_closed(self.con, year):
                require_ended(year, clock.today())
                self.result.years = [year]
                self._aggregate()
                write_closing(self.con, year, self.result.release_no or 0, self.started_at)
        return self.result

    @contextmanager
    def _written(self) -> Iterator[None]:
        """One transaction around the body: declarations first, the batch's own rows in the ledger last."""
        with transaction(self.con):
            self.result.all_years = bootstrap(self.con)
            judge.write_catalogue(self.con)
            self.result.batch_id = ledger.free_batch_id(self.con, self.result.batch_id)
            yield
            self._close()
        self.con.execute("CHECKPOINT")

    def _aggregate(self) -> None:
        """Rebuild the marts of the touched years and write the release."""
        years = None if self.result.all_years else self.result.years
        report("marts")
        build_marts(self.con, years)
        report("release")
        at = clock.now()
        self.result.release_no = write_release(self.con, self.result.batch_id, at, years)
        note_revisions(self.con, self.result.release_no, at)

    def _receive(self, files: Sequence[ArrivedFile]) -> list[ArrivedFile]:
        """Sort out what the ledger knows already: the same arrival again is nothing, the same bytes a duplicate."""
        taken = ledger.known_arrivals(self.con, [f.arrival_mark for f in files])
        self.result.resumed = sorted(set(taken.values()))
        files = [f for f in files if f.arrival_mark not in taken]
        seen = ledger.known_submissions(self.con, [f.submission_id for f in files])
        fresh: list[ArrivedFile] = []
        for file in files:
            self.events.append((file.submission_id, "received", file.file_name, file.arrival_mark))
            if file.submission_id in seen:
                self.events.append((file.submission_id, "duplicate", file.file_name, None))
                self.result.duplicates += 1
                continue
            seen.add(file.submission_id)
            fresh.append(file)
        self.result.files = len(files)
        return fresh

    def _judge_all(self, fresh: Sequence[ArrivedFile]) -> None:
        """Judge registers before reports, since a report is judged against the register in force."""
        frames = self._read(fresh)
        registers, reports = split_register(frames)
        replays: list[str] = []
        if registers["staging.submission"].height:
            before = load.register_rows(self.con)
            self._phase(registers, "register")
            already = set(reports["staging.submission"]["submission_id"])
            replays = [i for i in load.submissions_to_replay(self.con, before) if i not in already]
        if replays:
            reports = _concat(reports, self._read(_archived(self.con, self.home, replays)))
            self.events += [(i, "replayed", None, None) for i in replays]
        if reports["staging.submission"].height:
            self._phase(reports, "reports")
        self.result.replayed = replays

    def _read(self, files: Sequence[ArrivedFile]) -> Frames:
        from assets.intake.stage import stage

        return stage(files, processes=self.processes, progress=lambda done: report("read", done, len(files)))

    def _phase(self, frames: Frames, name: str) -> None:
        con, home = self.con, self.home
        report("stage")
        load.stage_frames(con, frames)
        for table, frame in frames.items():
            self.result.staged_rows[table] = self.result.staged_rows.get(table, 0) + frame.height
        report("validate")
        self._compare(judge.judge_staging(con, home.cache), name)
        ledger.write_submissions(con, self.result.batch_id, self.started_at)
        report("load")
        load.load_facts(con)
        superseded = load.set_versions(con)
        self.result.all_years |= load.load_register(con)
        load.load_periods(con)
        ledger.write_findings(con)
        self._compare(judge.judge_history(con, home.cache), f"{name}-history")
        ledger.write_history_findings(con)
        ledger.set_finding_life(con, clock.today())
        self._note(superseded)

    def _compare(self, tables: Sequence[str], name: str) -> None:
        """Let GX itself run the same suites and demand the same counts, before anything is committed."""
        report("great_expectations")
        evaluated, differences = judge.gx_check(self.con, tables, self.home.data_docs, f"{self.result.batch_id}-{name}")
        if differences:
            raise SuitesDisagreeError(f"batch {self.result.batch_id} is not committed: {differences}")
        counted = self.con.execute("SELECT tbl, code, count(*) FROM staging.violation GROUP BY ALL ORDER BY ALL")
        for table, code, n in counted.fetchall():
            if table in evaluated:
                self.result.suites.setdefault(table, {})[code] = n

    def _note(self, superseded: Sequence[str]) -> None:
        rows = self.con.execute(
            "SELECT submission_id, verdict, is_readable FROM staging.verdict JOIN staging.submission USING (submission_id) "
            "ORDER BY 1"
        ).fetchall()
        for submission_id, verdict, readable in rows:
            if readable:
                self.events.append((submission_id, "read", None, None))
            self.events.append((submission_id, verdict, None, None))
            (self.result.accepted if verdict == "accepted" else self.result.rejected).append(submission_id)
        self.events += [(i, "superseded", None, None) for i in superseded]
        self.result.years = sorted({*self.result.years, *load.touched_years(self.con)})

    def _close(self) -> None:
        r = self.result
        drop_staging(self.con)
        if not (r.files or r.replayed or r.release_no):
            return
        ledger.write_events(self.con, r.batch_id, self.started_at, self.events)
        accepted, rejected = (len(set(x) - set(r.replayed)) for x in (r.accepted, r.rejected))
        counts = ledger.BatchCounts(r.files, r.duplicates, accepted, rejected, len(r.replayed))
        ledger.write_batch(self.con, r.batch_id, self.started_at, counts)


def split_register(frames: Frames) -> tuple[Frames, Frames]:
    """Split a batch's frames into those of register submissions and those of all others."""
    import polars as pl

    submissions = frames["staging.submission"]
    ids = submissions.filter(pl.col("form_code") == load.REGISTER_FORM)["submission_id"].implode()
    of_register = pl.col("submission_id").is_in(ids)
    return (
        {n: f.filter(of_register) for n, f in frames.items()},
        {n: f.filter(~of_register) for n, f in frames.items()},
    )


def _concat(a: Frames, b: Frames) -> Frames:
    import polars as pl

    return {name: pl.concat([frame, b[name]]) for name, frame in a.items()}


def _archived(con: duckdb.DuckDBPyConnection, home: Home, ids: Sequence[str]) -> list[ArrivedFile]:
    from assets.intake.archive import archived_file

    rows = con.execute(
        "SELECT sha256, file_name FROM intake.submission WHERE submission_id IN (SELECT unnest(?)) ORDER BY 1",
        [list(ids)],
    ).fetchall()
    return [archived_file(home.archive, sha256, file_name) for sha256, file_name in rows]
