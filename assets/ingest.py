"""Ingest: from files in the inbox to a published warehouse and an empty inbox.

Belongs here: what happens before and after the batch's transaction. Does not: the transaction (assets.batch), Dagster.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from assets.batch import Batch, BatchResult
from assets.intake.archive import archive_files
from assets.intake.inbox import LocalInbox, open_inbox
from assets.progress import report
from warehouse import ledger
from warehouse.release import publish_side_files
from warehouse.writer import open_build, open_published, publish_database, writer_lock

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from assets.intake.archive import ArrivedFile
    from warehouse.home import Home


def new_batch_id() -> str:
    """Return a batch id that sorts by time: 20260115T083000.123456Z-1a2b."""
    return f"{ledger.now():%Y%m%dT%H%M%S.%fZ}-{secrets.token_hex(2)}"


def ingest(
    home: Home,
    folder: Path | None = None,
    *,
    batch_id: str | None = None,
    processes: int = 2,
    settle_seconds: float = 0.0,
) -> BatchResult:
    """Take every complete file of ``folder`` (default: the inbox) into the warehouse and publish it.

    A file that changed within the last ``settle_seconds`` may still be on its way and is left for the next sweep.
    Files of the inbox are removed once the batch is committed; files of another folder are left where they are.
    Raises WriterBusyError, SuitesDisagreeError, OSError; the warehouse and the inbox are then as before.
    """
    home.create()
    report("archive")
    inbox = LocalInbox(folder) if folder else open_inbox(home.inbox)
    arrivals = inbox.complete(settle_seconds)
    files = archive_files(inbox, arrivals, home.archive)
    with writer_lock(home):
        result = take(home, files, batch_id or new_batch_id(), processes)
        publish(home, result)
    if folder is None:
        kept = {f.arrival_mark for f in files}
        for arrival in (a for a in arrivals if a.mark in kept):
            inbox.take_away(arrival)
    return result


def replay(home: Home, submissions: Sequence[str], *, processes: int = 2) -> BatchResult:
    """Judge known submissions again from the archive, after a rule or a form map changed, and publish what came of it.

    Raises LookupError for a submission that the ledger does not know, WriterBusyError, SuitesDisagreeError.
    """
    home.create()
    with writer_lock(home):
        with open_build(home) as con:
            result = Batch(con, home, new_batch_id(), processes).replay(submissions)
        publish(home, result)
    return result


def take(home: Home, files: Sequence[ArrivedFile], batch_id: str, processes: int = 2) -> BatchResult:
    """Run the batch's transaction on the build file. The caller holds the writer's lock."""
    with open_build(home) as con:
        return Batch(con, home, batch_id, processes).run(files)


def publish(home: Home, result: BatchResult) -> None:
    """Publish the build file and side files. The caller holds the writer's lock.

    Safe to repeat: after a crash between commit and publication the next ingest publishes what was committed.
    """
    report("publish")
    if result.files or result.replayed or result.release_no is not None or _is_behind(home):
        publish_database(home)
    with open_published(home) as con:
        if result.release_no is not None or not (home.published / "manifest.json").exists():
            (release,) = con.execute("SELECT coalesce(max(release_no), 0) FROM meta.release").fetchall()[0]
            publish_side_files(con, home, int(release))


def _is_behind(home: Home) -> bool:
    if not home.database.exists():
        return True
    query = "SELECT max(batch_id) FROM intake.batch"
    with open_published(home) as con:
        published = con.execute(query).fetchall()
    with open_build(home) as con:
        return bool(con.execute(query).fetchall() != published)
