"""The sheet that a receipt adds to a workbook: known again when the mended receipt comes back, and no part of the report.

Known by its name and by what stands on it, so that a unit's own sheet of that name is still told. Does not belong here: what
the sheet looks like (assets.receipt.listing).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import islice

from assets.intake.grid import RawSheet
from warehouse.cells.words import fold_key

RECEIPT_SHEET = "Kết quả tiếp nhận"
RECEIPT_TITLE = "KẾT QUẢ TIẾP NHẬN BÁO CÁO"
FINDING_HEADERS = ("TT", "Mức độ", "Trang", "Ô", "Nội dung", "Ghi trong tệp", "Cần có", "Cách sửa", "Mã")
#: title, verdict and summary stand above the headers
HEAD_ROWS = 40
#: an office program numbers the copy of a sheet
_NAME = re.compile(rf"{fold_key(RECEIPT_SHEET)}(?: ?\(?\d+\)?)?")


def is_receipt_sheet(name: str, rows: Iterable[Sequence[object]]) -> bool:
    """Tell whether a sheet with these rows of values, from its first cell on, is one that danvan wrote."""
    if not _NAME.fullmatch(fold_key(name)):
        return False
    head = [tuple(row[: len(FINDING_HEADERS)]) for row in islice(rows, HEAD_ROWS)]
    return bool(head) and head[0][:1] == (RECEIPT_TITLE,) and FINDING_HEADERS in head


def without_receipt(sheets: Iterable[RawSheet]) -> list[RawSheet]:
    """Leave out the sheets that danvan wrote, except those on which a unit wrote beside danvan's columns."""
    return [s for s in sheets if not _is_own(s)]


def _is_own(sheet: RawSheet) -> bool:
    if sheet.first_row != 1 or sheet.first_col != 0 or any(len(row) > len(FINDING_HEADERS) for row in sheet.rows):
        return False
    return is_receipt_sheet(sheet.name, ([c and c[2:] for c in row] for row in sheet.rows))
