"""The receipts of what was judged since they were last written, and of what a crash left without one.

Does not belong here: what a receipt says (record) or looks like (workbook).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assets.progress import report
from assets.receipt.record import write_json
from assets.receipt.workbook import write_workbooks
from warehouse import query
from warehouse.catalog import open_published

if TYPE_CHECKING:
    from warehouse.home import Home

#: seconds by which one moment may differ between a database and a file system
_SAME = 0.001


def write_receipts(home: Home, processes: int = 2) -> int:
    """Write what is due: JSON for each submission, the workbook for those with errors or warnings. Returns how many.

    Due are the submissions without a receipt, and those whose receipt tells of an earlier judgement: it bears that
    judgement's time, so one that was being written while a batch judged anew is found too. The JSON comes last: it says
    that the receipt is whole.
    """
    written = {p.stem: p.stat().st_mtime for p in home.receipts.glob("*.json")}
    with open_published(home) as con:
        judged = query.rows(con, "judgements")
        due = [j for j in judged if written.get(j["submission_id"], 0) < j["judged_at"] - _SAME]
        report("receipts", 0, len(due))
        marked = [j["submission_id"] for j in due if j["is_marked"]]
        write_workbooks(con, marked, home.archive, home.receipts, processes)
        write_json(con, [j["submission_id"] for j in due], home.receipts)
    return len(due)
