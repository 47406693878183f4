"""Ingest: from files in the inbox to a published warehouse and an empty inbox.

Belongs here: what happens before and after the batch's transaction. Does not: the transaction (assets.batch), Dagster.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assets.batch import Batch, BatchResult
from assets.intake.archive import archive_files
from assets.intake.inbox import LocalInbox, open_inbox
from assets.progress import report
from warehouse import clock, ledger
from warehouse.release import publish_side_files, released
from warehouse.writer import open_build, open_published, publish_database, writer_lock

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from assets.intake.archive import ArrivedFile
    from warehouse.home import Home


def new_batch_id() -> str:
    """Return a batch id that sorts by time: 20260115T083000.123456Z-1a2b."""
    return f"{clock.now():%Y%m%dT%H%M%S.%fZ}-{secrets.token_hex(2)}"


def ingest(
    home: Home,
    folder: Path | None = None,
    *,
    batch_id: str | None = None,
    processes: int = 2,
    settle_seconds: float = 0.0,
) -> BatchResult:
    """Take every complete file of ``folder`` (default: the inbox), publish, release, and empty the inbox of what was taken.

    The steps of the Dagster job in one call. Raises WriterBusyError, SuitesDisagreeError, OSError; the warehouse and the
    inbox are then as before, or the next call completes what a committed batch left to do.
    """
    result = take_inbox(home, folder, batch_id=batch_id, processes=processes, settle_seconds=settle_seconds)
    release(home)
    clear_inbox(home)
    return result


def take_inbox(
    home: Home,
    folder: Path | None = None,
    *,
    batch_id: str | None = None,
    processes: int = 2,
    settle_seconds: float = 0.0,
) -> BatchResult:
    """Archive the complete files, run the batch's transaction, publish the database. Files stay where they are.

    A file that changed within the last ``settle_seconds`` may still be on its way and is left for the next sweep.
    """
    home.create()
    report("archive")
    inbox = LocalInbox(folder) if folder else open_inbox(home.inbox)
    files = archive_files(inbox, inbox.complete(settle_seconds), home.archive)
    with writer_lock(home):
        result = take(home, files, batch_id or new_batch_id(), processes)
        report("publish")
        if result.files or result.release_no is not None or is_behind(home):
            publish_database(home)
    return result


def replay(home: Home, submissions: Sequence[str], *, processes: int = 2) -> BatchResult:
    """Judge known submissions again from the archive, after a rule or a form map changed, and publish what came of it.

    Raises LookupError for a submission that the ledger does not know, WriterBusyError, SuitesDisagreeError.
    """
    return _write(home, lambda batch: batch.replay(submissions), processes)


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which known submissions are meant: those named, all that a batch judged last, all of some years."""

    submissions: Sequence[str] = ()
    batch_id: str = ""
    years: Sequence[int] = ()

    def known(self, home: Home) -> list[str]:
        """Return the ids of those that the published ledger knows, in order."""
        with open_published(home) as con:
            rows = con.execute(
                "SELECT submission_id FROM intake.submission WHERE submission_id IN (SELECT unnest(?)) OR batch_id = ? "
                "OR year IN (SELECT unnest(?)) ORDER BY 1",
                [list(self.submissions), self.batch_id, list(self.years)],
            ).fetchall()
        return [row[0] for row in rows]

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
    return _write(home, lambda batch: batch.rebuild_marts(years))


def close_year(home: Home, year: int) -> BatchResult:
    """Close ``year``: rebuild its marts, release them as its revision 1, and publish. A closed year stays as it is.

    Raises YearOpenError for a year that has not ended.
    """
    return _write(home, lambda batch: batch.close_year(year))


def _write(home: Home, work: Callable[[Batch], BatchResult], processes: int = 2) -> BatchResult:
    home.create()
    with writer_lock(home):
        with open_build(home) as con:
            result = work(Batch(con, home, new_batch_id(), processes))
        report("publish")
        publish_database(home)
    return result


def take(home: Home, files: Sequence[ArrivedFile], batch_id: str, processes: int = 2) -> BatchResult:
    """Run the batch's transaction on the build file. The caller holds the writer's lock."""
    with open_build(home) as con:
        return Batch(con, home, batch_id, processes).run(files)


def release(home: Home) -> int:
    """Complete the release: the published database, Parquet, dictionary, and the manifest last. Returns its number.

    Safe to repeat: after a crash between commit and publication this publishes what was committed.
    """
    report("publish")
    with writer_lock(home):
        if is_behind(home):
            publish_database(home)
        with open_published(home) as con:
            (number,) = con.execute("SELECT coalesce(max(release_no), 0) FROM meta.release").fetchall()[0]
            if released(home) != number:
                publish_side_files(con, home, int(number))
    return int(number)


def clear_inbox(home: Home) -> int:
    """Take away every file of the inbox that a published batch has taken; returns how many. Repeats itself safely.

    Raises the OSError of the first file that would not go, once all others are gone.
    """
    inbox = open_inbox(home.inbox)
    arrivals = inbox.complete()
    with open_published(home) as con:
        taken = ledger.known_arrivals(con, [a.mark for a in arrivals])
    gone = [a for a in arrivals if a.mark in taken]
    refused: list[OSError] = []
    for arrival in gone:
        try:
            inbox.take_away(arrival)
        except OSError as e:
            refused.append(e)
    if refused:
        raise refused[0]
    return len(gone)


def is_behind(home: Home) -> bool:
    """Tell whether a committed batch is not published yet. The caller holds the writer's lock."""
    if not home.database.exists():
        return True
    query = "SELECT (SELECT count(*) FROM intake.batch), (SELECT max(release_no) FROM meta.release)"
    with open_published(home) as con:
        published = con.execute(query).fetchall()
    with open_build(home) as con:
        return bool(con.execute(query).fetchall() != published)
