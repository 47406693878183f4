"""The receipts of the last batch, and of any earlier submission that a crash left without one.

Does not belong here: what a receipt says (record) or looks like (workbook).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assets.progress import report
from assets.receipt.record import write_json
from assets.receipt.workbook import write_workbooks
from warehouse.writer import open_published

if TYPE_CHECKING:
    from warehouse.home import Home


def write_receipts(home: Home, processes: int = 2) -> int:
    """Write what is due: JSON for each submission, the workbook for those with errors or warnings. Returns how many.

    Due are the submissions that the last batch judged and those without a receipt. The JSON comes last: it says that the
    receipt is whole.
    """
    with open_published(home) as con:
        known = {p.stem for p in home.receipts.glob("*.json")}
        rows = con.execute(
            "SELECT submission_id, batch_id = (SELECT max_by(batch_id, finished_at) FROM intake.batch), "
            "error_count + warning_count > 0 FROM intake.submission ORDER BY 1"
        ).fetchall()
        due = [(i, marked) for i, fresh, marked in rows if fresh or i not in known]
        report("receipts", 0, len(due))
        write_workbooks(con, [i for i, marked in due if marked], home.archive, home.receipts, processes)
        write_json(con, [i for i, _ in due], home.receipts)
    return len(due)
