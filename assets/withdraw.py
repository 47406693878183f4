"""Withdrawing: an operator takes an accepted version back, for a reason, and the version below it stands again.

The withdrawal is a note beside the original in the archive, so that every judgement to come knows of it: a replay, a rebuild, a
restore. Does not belong here: judging (assets.judge_files).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assets.intake.archive import archive_path
from assets.intake.notes import Withdrawn, note, read_notes
from warehouse import clock, query
from warehouse.catalog import open_published
from warehouse.cells.words import shown_text
from warehouse.files import write_file

if TYPE_CHECKING:
    from warehouse.home import Home


def withdraw(home: Home, submission_id: str, reason: str) -> list[str]:
    """Note that a submission is withdrawn; return the ids that must be judged again for it to take effect.

    Those are the submission and the accepted versions beside it, which are told anew which one is used. Withdrawn again, it
    keeps its first reason. Raises LookupError unless the ledger knows it as accepted or withdrawn, ValueError without a reason.
    """
    if not (why := shown_text(reason.strip())):
        raise ValueError("a withdrawal has a reason that the unit can read: --reason '...'")
    with open_published(home) as con:
        rows = query.rows(con, "withdrawal", submission=submission_id)
    chosen = next((r for r in rows if r["submission_id"] == submission_id), None)
    if chosen is None:
        raise LookupError(
            f"no accepted submission {submission_id}: there is nothing to withdraw; see: "
            "danvan sql \"SELECT submission_id, unit_code, period_id, revision FROM intake.submission WHERE verdict = 'accepted'\""
        )
    original = archive_path(home.archive, chosen["sha256"])
    known = read_notes(home.archive, [original.name]).get(original.name)
    if known is None or known.withdrawn is None:
        write_file(*note(original, Withdrawn(clock.now(), why)))
    return [r["submission_id"] for r in rows]
