"""The outbox's copy of a receipt, for the operator to send: a folder for each unit, a name that says period and version.

Belongs here: where it stands. Does not: what it says, or sending it.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from warehouse.files import safe_path, written

if TYPE_CHECKING:
    from assets.receipt.record import Record
    from warehouse.home import Home

#: the folder of what names no unit
NO_UNIT = "khong-ro-don-vi"


def outbox_path(home: Home, record: Record, suffix: str) -> Path:
    """Return where the copy of a receipt stands: ``outbox/receipts/<unit>/<unit>_<period>_lan-<n>_<submission><suffix>``.

    Unit and period are a sender's words: whatever they are, the place is in that folder.
    """
    unit = record.unit_code or NO_UNIT
    parts = (unit, record.period_id or "khong-ro-ky", f"lan-{record.revision or 0}", record.submission_id)
    return safe_path(safe_path(home.outbox / "receipts", unit), "_".join(parts), suffix)


def put_out(home: Home, record: Record, receipt: Path) -> Path:
    """Put what the unit reads into the outbox, in place of what an earlier judgement put there; returns where."""
    target = outbox_path(home, record, receipt.suffix)
    target.parent.mkdir(parents=True, exist_ok=True)
    for other in {".xlsx", ".html"} - {receipt.suffix}:
        outbox_path(home, record, other).unlink(missing_ok=True)
    if target.exists() and target.samefile(receipt):
        return target
    with written(target, durable=False) as temporary:
        temporary.unlink(missing_ok=True)  # what a killed one left is a receipt itself
        try:
            temporary.hardlink_to(receipt)  # costs no room; a receipt is replaced, never changed
        except OSError:  # a file system without links
            shutil.copyfile(receipt, temporary)
    return target
