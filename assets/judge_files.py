"""Judging: files, or submissions of the archive, against what is published; no lock, nothing written but the cache.

    files -> typed rows with addresses -> verdicts and findings -> Judgement

Belongs here: the order of the steps. Does not: reading (assets.intake), rules (expectations), writing (assets.batch).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING

from assets.intake.notes import Held
from assets.progress import report
from assets.register_order import concat, in_order, of, places, split_register
from expectations import judge
from warehouse import clock, guard, ledger, register_changes, staging
from warehouse.judgement import Event, Frames, Judgement
from warehouse.registers import known_places
from warehouse.ties import note_arrivals, unsettled

if TYPE_CHECKING:
    import duckdb

    from assets.intake.archive import ArrivedFile
    from warehouse.guard import Effect
    from warehouse.home import Home


#: verdicts that tell of the reader and its machine as much as of the file: the same bytes sent again are read again
_OF_THE_READER = ("F-CRASH", "F-BOMB")


class SuitesDisagreeError(Exception):
    """Great Expectations and the compiled pass counted differently: the batch is not committed."""


def judge_files(
    home: Home,
    files: Sequence[ArrivedFile] = (),
    *,
    batch_id: str,
    replay: Sequence[str] = (),
    bounded: bool = False,
    processes: int = 2,
    second_opinion: bool = True,
) -> Judgement:
    """Judge ``files`` that are new to the ledger, or the known submissions ``replay``, and say what was new about them.

    With a second opinion Great Expectations itself runs the same suites. Raises SuitesDisagreeError, LookupError for a
    submission that the ledger does not know, ReplayHeldError for a replay that goes too far while it is ``bounded``.
    """

    def one(con: duckdb.DuckDBPyConnection, held: Mapping[str, Effect]) -> _Work:
        work = _Work(con, home, batch_id, processes, second_opinion, held)
        fresh = work.known(replay) if replay else work.receive(files)
        if fresh:
            work.judge(fresh)
        return work

    return _within_limits(home, one, bounded=bounded)


def check_files(home: Home, files: Sequence[ArrivedFile], processes: int = 2) -> Judgement:
    """Judge ``files`` as an ingest would, known to the ledger or not; for whoever only wants to know."""

    def one(con: duckdb.DuckDBPyConnection, held: Mapping[str, Effect]) -> _Work:
        work = _Work(con, home, "check", processes, False, held)
        work.judge(files)
        return work

    return _within_limits(home, one)


def _within_limits(
    home: Home, judged: Callable[[duckdb.DuckDBPyConnection, Mapping[str, Effect]], _Work], *, bounded: bool = False
) -> Judgement:
    """Judge, and where a new register goes too far judge again with it held, so that all else goes on.

    What is ``bounded`` raises ReplayHeldError where it goes too far without one.
    """
    held: dict[str, Effect] = {}
    limits = guard.guard()
    while True:
        with _open(home) as con:
            work = judged(con, held)
            register = guard.new_in_force(con)
            if register is None and bounded:
                guard.require_within(con)
            if register is None or not limits.is_passed(comes_to := guard.effect(con)):
                return work.judgement()
            held[register] = comes_to


@dataclass(slots=True)
class _Work:
    """A judgement in the making: a staging database, and what is told of it besides rows."""

    con: duckdb.DuckDBPyConnection
    home: Home
    batch_id: str
    processes: int
    second_opinion: bool
    held: Mapping[str, Effect]
    files: int = 0
    duplicates: int = 0
    events: list[Event] = field(default_factory=list)
    resumed: list[str] = field(default_factory=list)
    replayed: set[str] = field(default_factory=set)
    readable: set[str] = field(default_factory=set)
    suites: dict[str, dict[str, int]] = field(default_factory=dict)
    staged_rows: dict[str, int] = field(default_factory=dict)

    def receive(self, files: Sequence[ArrivedFile]) -> list[ArrivedFile]:
        """Sort out what the ledger knows already: the same arrival again is nothing, the same bytes a duplicate.

        Known bytes that came in a new way, where it is asked how they come, are judged again.
        """
        taken = ledger.known_arrivals(self.con, [m for f in files for m in f.marks])
        again = {
            f.arrival_mark: taken[f.arrival_mark, f.sha256]
            for f in files
            if all((m, f.sha256) in taken for m in f.marks)
        }
        self.resumed = sorted(set(again.values()))
        files = [f for f in files if f.arrival_mark not in again]
        seen = ledger.known_submissions(self.con, [f.submission_id for f in files], apart_from=_OF_THE_READER)
        seen -= self._came_anew(files)
        fresh: list[ArrivedFile] = []
        for file in files:
            self.events.append((file.submission_id, "received", file.file_name, file.arrival_mark))
            if file.signature_mark:
                self.events.append((file.submission_id, "signed", file.file_name, file.signature_mark))
            if file.submission_id in seen:
                self.events.append((file.submission_id, "duplicate", file.file_name, None))
                self.duplicates += 1
                continue
            seen.add(file.submission_id)
            fresh.append(file)
        self.files = len(files)
        return fresh

    def _came_anew(self, files: Sequence[ArrivedFile]) -> set[str]:
        """Return the submissions that have a note of a way that the ledger does not know of."""
        noted = {(f.submission_id, came.at) for f in files for came in f.notes.came}
        return {i for i, _ in noted - ledger.known_ways(self.con, sorted({i for i, _ in noted}))}

    def known(self, submissions: Sequence[str]) -> list[ArrivedFile]:
        """Return the archived files of known submissions. Raises LookupError for unknown ones."""
        files = self._archived(submissions)
        unknown = sorted(set(submissions) - {f.submission_id for f in files})
        if unknown:
            raise LookupError(f"the ledger knows no submission {', '.join(unknown)}; see: danvan status")
        self._replays(sorted(submissions))
        return files

    def judge(self, files: Sequence[ArrivedFile]) -> None:
        """Judge registers before reports, since a report is judged against the register in force; then across periods."""
        note_arrivals(self.con, [f.submission_id for f in files])
        registers, reports = split_register(self._read(files))
        if registers["staging.submission"].height:
            before = register_changes.register_rows(self.con)
            for n, step in enumerate(in_order(self._with_others(registers))):
                self._phase(step, f"register-{n}" if n else "register")
                self._settle(step, f"register-{n}")
            after = register_changes.register_rows(self.con)
            register_changes.touch_units(self.con, before, after)
            already = set(reports["staging.submission"]["submission_id"])
            again = [i for i in register_changes.submissions_to_replay(self.con, before, after) if i not in already]
            if again:
                reports = concat(reports, self._read(self._archived(again)))
                self._replays(again)
        if reports["staging.submission"].height:
            self._phase(reports, "reports")
            self._settle(reports, "reports")
        self._compare(judge.judge_history(self.con, self.home.cache), "history")

    def judgement(self) -> Judgement:
        """Return what was found."""
        frames = staging.judged_frames(self.con)
        verdicts = sorted(frames["intake.submission"].select("submission_id", "verdict").iter_rows())
        findings = frames["intake.finding"]
        withdrawn = set(findings.filter(findings["code"] == "S-WITHDRAWN")["submission_id"])
        for submission_id, verdict in verdicts:
            told = {"read": submission_id in self.readable, "withdrawn": submission_id in withdrawn, verdict: True}
            self.events += [(submission_id, event, None, None) for event, is_so in told.items() if is_so]
        self.events += [(i, "superseded", None, None) for i in staging.superseded(self.con)]
        return Judgement(
            batch_id=ledger.free_batch_id(self.con, self.batch_id),
            base=staging.base(self.con),
            files=self.files,
            duplicates=self.duplicates,
            events=self.events,
            resumed=self.resumed,
            replayed=sorted(self.replayed),
            known_before=staging.known_before(self.con),
            years=staging.touched_years(self.con),
            has_register=staging.has_new_register(self.con),
            frames=frames if verdicts else {},
            suites=self.suites,
            staged_rows=self.staged_rows,
            held=self.held,
        )

    def _settle(self, frames: Frames, name: str) -> None:
        """Judge again, until nothing changes, what arrival decides: which of the versions of one number and date stands."""
        n = 1
        while again := unsettled(self.con):
            n += 1
            at_hand = of(frames, again)
            others = sorted(set(again) - set(at_hand["staging.submission"]["submission_id"]))
            if others:
                at_hand = concat(at_hand, self._read(self._archived(others)))
                self._replays(others)
            staging.take_out(self.con, again)
            self._phase(at_hand, f"{name}-again-{n}")

    def _with_others(self, registers: Frames) -> Frames:
        """Add all that are known, unless what is at hand comes after them: a register is judged by the one before it."""
        known, at_hand = known_places(self.con), set(registers["staging.submission"]["submission_id"])
        is_after = not known or all(place > max(known.values()) for place in places(registers).values())
        if is_after and not known.keys() & at_hand:
            return registers
        again = sorted(known.keys() - at_hand)
        if again:
            registers = concat(registers, self._read(self._archived(again)))
        self._replays(again)
        staging.hide(self.con, known)
        return registers

    def _replays(self, submissions: Sequence[str]) -> None:
        self.events += [(i, "replayed", None, None) for i in submissions]
        self.replayed |= set(submissions)

    def _read(self, files: Sequence[ArrivedFile]) -> Frames:
        from assets.intake.stage import stage

        files = [self._with_what_is_held(f) for f in files]
        return stage(files, processes=self.processes, progress=lambda done: report("read", done, len(files)))

    def _with_what_is_held(self, file: ArrivedFile) -> ArrivedFile:
        if (comes_to := self.held.get(file.submission_id)) is None:
            return file
        return replace(file, notes=replace(file.notes, held=Held(clock.now(), **asdict(comes_to))))

    def _archived(self, ids: Sequence[str]) -> list[ArrivedFile]:
        from assets.intake.archive import archived_files

        return archived_files(self.home.archive, ledger.known_files(self.con, ids))

    def _phase(self, frames: Frames, name: str) -> None:
        report("stage")
        staging.fill(self.con, frames)
        for table, frame in frames.items():
            self.staged_rows[table] = self.staged_rows.get(table, 0) + frame.height
        submissions = frames["staging.submission"]
        self.readable |= set(submissions.filter(submissions["is_readable"])["submission_id"])
        report("validate")
        self._compare(judge.judge_staging(self.con, self.home.cache), name)
        staging.keep(self.con, frames)

    def _compare(self, tables: Sequence[str], name: str) -> None:
        """Let GX itself run the same suites and demand the same counts, before anything is committed."""
        if self.second_opinion:
            report("great_expectations")
            run_name = f"{ledger.free_batch_id(self.con, self.batch_id)}-{name}"
            differences = judge.gx_check(self.con, tables, self.home.data_docs, run_name)
            if differences:
                raise SuitesDisagreeError(f"batch {self.batch_id} is not committed: {differences}")
        for table in tables:
            self.suites.setdefault(table, {})
        for table, code, n in judge.violation_counts(self.con, tables):
            self.suites[table][code] = self.suites[table].get(code, 0) + n


@contextmanager
def _open(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a staging database that has what the rules read."""
    with staging.open_staging(home, judge.reads()) as con:
        judge.write_catalogue(con)
        yield con
