"""Registers that go too far: held by a note beside the original, and put in force by an operator's confirmation, which is one too.

Notes, so that every judgement to come knows of them: a replay, a rebuild, a restore. Does not belong here: how far is too far
(warehouse.guard), judging (assets.judge_files).
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from assets.intake.archive import archive_path
from assets.intake.notes import NO_NOTES, Confirmed, Held, note, read_notes
from warehouse import clock, query
from warehouse.catalog import open_published
from warehouse.files import write_file

if TYPE_CHECKING:
    from collections.abc import Sequence

    from warehouse.home import Home
    from warehouse.judgement import Judgement


def note_held(home: Home, judgement: Judgement) -> None:
    """Note which registers ``judgement`` holds, and what each would come to. Before it is written: noted twice is no harm."""
    if not judgement.held:
        return
    hashes = dict(judgement.frames["intake.submission"].select("submission_id", "sha256").iter_rows())
    for submission_id, comes_to in judgement.held.items():
        told = Held(clock.now(), **asdict(comes_to))
        write_file(*note(archive_path(home.archive, hashes[submission_id]), told))


def waiting(home: Home) -> dict[str, Held | None]:
    """Return the registers that a confirmation would put in force, by submission, with what each would come to.

    None for one that was not held for that, but is refused for what it leaves out of the register before.
    """
    if not home.database.exists():
        return {}
    with open_published(home) as con:
        rows = query.rows(con, "confirmable")
    notes = read_notes(home.archive, [row["sha256"] for row in rows])
    return {row["submission_id"]: notes.get(row["sha256"], NO_NOTES).held for row in rows}


def held_text(submission_id: str, held: Held) -> str:
    """Say of a register that is held what it would come to, and how to go on."""
    return (
        f"the register {submission_id} is held: it would reject {held.reports_lost:,} of {held.reports:,} accepted reports and end "
        f"{held.units_ended:,} of {held.units:,} units that have one; if that is right: danvan ingest --confirm {submission_id}"
    )


def confirm(home: Home, submissions: Sequence[str]) -> None:
    """Note that an operator confirms these registers; judged again they are in force. Confirmed twice is no harm.

    Raises LookupError for a submission that does not wait for a confirmation.
    """
    with open_published(home) as con:
        known = {row["submission_id"]: row["sha256"] for row in query.rows(con, "confirmable")}
    if others := sorted(set(submissions) - set(known)):
        there = f"what waits: {', '.join(sorted(known))}" if known else "no register waits"
        raise LookupError(f"{', '.join(others)}: no register that waits for a confirmation; {there}")
    for submission_id in submissions:
        write_file(*note(archive_path(home.archive, known[submission_id]), Confirmed(clock.now())))
