"""Ingest: from files in the inbox to a published warehouse and an empty inbox.

Belongs here: what happens before and after the batch's transaction. Does not: the transaction (assets.batch), Dagster.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from assets import batch
from assets.batch import BatchResult
from assets.confirm import confirm, note_held
from assets.intake.archive import archived_hashes
from assets.intake.arriving import archive_files
from assets.intake.inbox import open_inbox
from assets.intake.inbox.signed import paired, ready
from assets.intake.notes import NO_NOTES, read_notes
from assets.judge_files import judge_files
from assets.progress import report
from warehouse import clock, ledger, query
from warehouse.blank import begin
from warehouse.catalog import is_copied, open_build, open_published, publish_database, writer_lock
from warehouse.cells.words import shown_text
from warehouse.content import content_hashes
from warehouse.damage import BuildMissingError, BuildOlderError, PublishedDamagedError
from warehouse.judgement import Judgement, StaleJudgementError, base_of
from warehouse.lake_home import adopt_lake
from warehouse.release import forget_release, publish_side_files, released, write_manifest
from warehouse.senders import senders_of
from warehouse.whole import require_whole

if TYPE_CHECKING:
    from collections.abc import Callable

    import duckdb

    from assets.intake.archive import ArrivedFile
    from warehouse.home import Home


def new_batch_id() -> str:
    """Return a batch id that sorts by time: 20260115T083000.123456Z-1a2b."""
    return f"{clock.now():%Y%m%dT%H%M%S.%fZ}-{secrets.token_hex(2)}"


def take_inbox(
    home: Home,
    *,
    batch_id: str | None = None,
    processes: int = 2,
    settle_seconds: float = 0.0,
) -> BatchResult:
    """Archive the complete files, judge them, commit what came of it, publish the database. Files stay where they are.

    A file that changed within the last ``settle_seconds`` may still be on its way and is left for the next sweep.
    Raises BuildMissingError when archive or published hold what a new build file would not know.
    """
    home.create()
    adopt_lake(home)
    report("archive")
    inbox, asked = open_inbox(home), senders_of(home)
    found = ready(inbox, settle_seconds, signatures=asked.signatures)
    files = archive_files(inbox, found.arrivals, home.archive, asked)
    _require_build(home, files)
    return take(home, files, batch_id or new_batch_id(), processes)


def _require_build(home: Home, files: Sequence[ArrivedFile]) -> None:
    """Raise BuildMissingError when there is no build file and this is no first batch, nor a first one tried again."""
    if home.build.exists():
        return
    if home.database.exists():
        raise BuildMissingError.at(home.build, f"{home.database} is published")
    known = {f.sha256 for f in files}
    if others := [sha256 for sha256 in archived_hashes(home.archive) if sha256 not in known]:
        raise BuildMissingError.at(home.build, f"{home.archive} holds {len(others)} files that came before")


def replay(home: Home, submissions: Sequence[str], *, processes: int = 2, confirmed: bool = False) -> BatchResult:
    """Judge known submissions again from the archive, after a rule or a form map changed, and publish what came of it.

    Raises LookupError for a submission that the ledger does not know, WriterBusyError, SuitesDisagreeError, and ReplayHeldError
    for one that rejects more of the accepted reports than it may, unless an operator has ``confirmed`` it.
    """
    home.create()

    def judged() -> Judgement:
        batch_id = new_batch_id()
        return judge_files(home, batch_id=batch_id, replay=submissions, bounded=not confirmed, processes=processes)

    return _judged_and_written(home, judged)


def take_confirmed(home: Home, registers: Sequence[str], *, processes: int = 2) -> BatchResult:
    """Put registers in force that waited for an operator's confirmation, and publish what comes of it. Raises LookupError."""
    confirm(home, registers)
    return replay(home, registers, processes=processes, confirmed=True)


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which known submissions are meant: those named, all that a batch judged last, all of some years."""

    submissions: Sequence[str] = ()
    batch_id: str = ""
    years: Sequence[int] = ()

    def known(self, home: Home) -> list[str]:
        """Return the ids of those that the published ledger knows, in order."""
        with open_published(home) as con:
            chosen = {"submissions": list(self.submissions), "batch_id": self.batch_id, "years": list(self.years)}
            return [row["submission_id"] for row in query.rows(con, "submissions_chosen", **chosen)]

    def ids(self, home: Home) -> list[str]:
        """Return the ids. Raises LookupError when one is unknown or nothing is meant."""
        found = self.known(home)
        unknown = sorted(set(self.submissions) - set(found))
        if unknown or not found:
            named = ", ".join(unknown) or self.batch_id or list(self.years) or "name submissions, a batch or years"
            raise LookupError(
                f"nothing to replay: {named}; "
                "see: danvan sql 'SELECT submission_id, batch_id, year, file_name FROM intake.submission'"
            )
        return found


def replay_years(home: Home, years: Sequence[int]) -> BatchResult:
    """Judge every submission of ``years`` again, as one batch. Years without any leave the warehouse as it is."""
    found = Chosen(years=years).known(home)
    return replay(home, found) if found else BatchResult("")


def rebuild_marts(home: Home, years: Sequence[int]) -> BatchResult:
    """Rebuild the marts of ``years`` from core, and publish them."""
    return _written(home, lambda con: batch.rebuild_marts(con, new_batch_id(), years))


def close_year(home: Home, year: int) -> BatchResult:
    """Close ``year``: rebuild its marts, release them as its revision 1, and publish. A closed year stays as it is.

    Raises YearOpenError for a year that has not ended.
    """
    return _written(home, lambda con: batch.close_year(con, new_batch_id(), year))


def reopen_year(home: Home, year: int, reason: str) -> BatchResult:
    """Undo the closing of ``year``, and publish; the papers of the closing stay under a name that says so.

    Raises YearOpenError for a year that is not closed, YearBuiltOnError when something rests on its closing, ValueError without a
    reason.
    """
    if not (why := shown_text(reason.strip())):
        raise ValueError("a reopening has a reason, which is published: --reason '...'")
    return _written(home, lambda con: batch.reopen_year(con, new_batch_id(), year, why))


def take(home: Home, files: Sequence[ArrivedFile], batch_id: str, processes: int = 2) -> BatchResult:
    """Judge archived files, commit and publish. Raises SuitesDisagreeError, WriterBusyError."""
    return _judged_and_written(home, lambda: judge_files(home, files, batch_id=batch_id, processes=processes))


def _judged_and_written(home: Home, judge: Callable[[], Judgement]) -> BatchResult:
    """Judge without the writer's lock and commit with it; where another batch came between, judge again, now with it."""
    try:
        judgement = judge()
    except PublishedDamagedError:
        publish_again(home)
        judgement = judge()
    with writer_lock(home):
        try:
            return _committed(home, judgement)
        except StaleJudgementError:
            caught_up = _catch_up(home)
            result = _committed(home, judge())
            return replace(result, resumed=sorted({*result.resumed, *caught_up}))


def _catch_up(home: Home) -> set[str]:
    """Publish what a run committed and did not publish; return its batches. The caller holds the writer's lock."""
    if not is_behind(home):
        return set()
    before = _published_batches(home)
    publish_database(home)
    return _published_batches(home) - before


def _published_batches(home: Home) -> set[str]:
    if not home.database.exists():
        return set()
    with open_published(home) as con:
        return ledger.batch_ids(con)


def _committed(home: Home, judgement: Judgement) -> BatchResult:
    with _to_write(home) as con:
        batch.require_fresh(con, judgement)  # what a stale one holds the next may not
        note_held(home, judgement)
        result = batch.commit(con, judgement)
    report("publish")
    if result.files or result.replayed or result.release_no is not None:
        publish_database(home)
    return result


def _written(home: Home, write: Callable[[duckdb.DuckDBPyConnection], BatchResult]) -> BatchResult:
    home.create()
    with writer_lock(home):
        with _to_write(home) as con:
            result = write(con)
        report("publish")
        publish_database(home)
    return result


@contextmanager
def _to_write(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the build file when it is what was published; a new home's is a blank one."""
    require_whole(home)
    begin(home)
    with open_build(home) as con:
        yield con


def release(home: Home) -> int:
    """Complete the release: the published database, Parquet, dictionary, and the manifest last. Returns its number.

    Safe to repeat: after a crash between commit and publication this publishes what was committed.
    """
    with ExitStack() as to_the_end:
        return _released(home, to_the_end)[0]


def _released(home: Home, to_the_end: ExitStack) -> tuple[int, duckdb.DuckDBPyConnection]:
    """Complete the release; return its number, and the published database, which is open until the stack ends."""
    report("publish")
    with writer_lock(home):
        if is_behind(home):
            publish_database(home)
        con = to_the_end.enter_context(open_published(home))
        number = base_of(con).release_no
        if released(home) != number:
            report("side_files")
            publish_side_files(con, home, number)
        else:  # a batch of duplicates changes the ledger alone
            write_manifest(con, home, number)
    return number, con


def clear_inbox(home: Home) -> int:
    """Take away every file of the inbox that a published batch has taken; returns how many. Repeats itself safely.

    Raises the OSError of the first file that would not go, once all others are gone.
    """
    with open_published(home) as con:
        return _cleared(home, con)


def complete(home: Home) -> tuple[int, int]:
    """Complete the release, then clear the inbox: the last that a run does. Returns what ``release`` and ``clear_inbox`` do."""
    with ExitStack() as to_the_end:
        number, con = _released(home, to_the_end)
        return number, _cleared(home, con)


def _cleared(home: Home, con: duckdb.DuckDBPyConnection) -> int:
    report("inbox")
    inbox = open_inbox(home)
    files, alone = paired(inbox.complete())
    signatures = [*(a.signature for a in files if a.signature), *alone]
    known = ledger.known_arrivals(con, [a.mark for a in (*files, *signatures)])
    taken: dict[str, set[str]] = {}
    for mark, sha256 in known:
        taken.setdefault(mark, set()).add(sha256)
    notes = read_notes(home.archive, {s for a in signatures for s in taken.get(a.mark, ())}, lenient=True)
    for a in signatures:  # known by the file that it signs; what may go is what lies beside that in the archive
        taken[a.mark] = {s for sha256 in taken.get(a.mark, ()) for s in notes.get(sha256, NO_NOTES).signatures}
    gone, refused = 0, []
    for arrival in (a for a in (*signatures, *files) if taken.get(a.mark)):  # a file goes after its signature
        try:
            gone += inbox.take_away(arrival, taken[arrival.mark])
        except OSError as e:
            refused.append(e)
    if refused:
        raise refused[0]
    return gone


def is_behind(home: Home) -> bool:
    """Tell whether what is published is not what was committed last, or is damaged. The caller holds the writer's lock.

    Raises BuildOlderError when batches are published that the build file does not know.
    """
    if is_copied(home):
        return False
    if not home.database.exists():
        return True
    with open_build(home) as con:
        built, ours = base_of(con), ledger.batch_ids(con)
    try:
        with open_published(home) as con:
            published, theirs = base_of(con), ledger.batch_ids(con)
    except PublishedDamagedError:
        return True
    if lacking := theirs - ours:
        raise BuildOlderError.at(home.build, len(lacking))
    return built != published


def publish_again(home: Home) -> None:
    """Make the published database again from the build file, whatever stands there. Raises BuildDamagedError."""
    with writer_lock(home):
        with open_build(home) as con:
            content_hashes(con)  # all of it can be read, or nothing is replaced
        publish_database(home)
        forget_release(home)  # what it lists is made again too
