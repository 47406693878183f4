"""Marks in a unit's workbook: colour and note of each cell with a finding, and their taking off when it comes back mended.

The list of findings keeps how each marked cell looked before, so a mended receipt gets the looks of its form back.
Does not belong here: what the list says (listing), what else of a sender's workbook is taken off (workbook).
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from itertools import chain
from typing import Any

from openpyxl.comments import Comment
from openpyxl.styles import PatternFill

from assets.intake.own_sheet import FINDING_HEADERS, is_receipt_sheet
from assets.receipt.record import Finding, more_text
from warehouse.cells.words import mask_personal

FILLS = {"error": "FFF4C7C3", "warning": "FFFCE8B2", "info": "FFDDEBF7"}
#: the hidden column of the list whose cells are filled as the marked cells were
LOOKS = len(FINDING_HEADERS) + 1
_SHEET, _CELL = FINDING_HEADERS.index("Trang"), FINDING_HEADERS.index("Ô")
_ADDRESS = re.compile(r"^[A-Z]{1,3}[1-9]\d{0,6}$")

#: sheet and cell, as a finding names them
Place = tuple[str | None, str | None]


@dataclass(frozen=True, slots=True)
class Marked:
    """A marked cell: its sheet and address in the workbook, and how it was filled before."""

    sheet: str
    cell: str
    fill: Any


def mark(book: Any, findings: Sequence[Finding]) -> dict[Place, Marked]:
    """Colour each offending cell by its gravest finding and note what was found, what is expected and how to mend it.

    Returns the marked cells by the places that findings name.
    """
    sheets = {_told(s.title): s for s in book.worksheets}
    marked: dict[Place, Marked] = {}
    by_cell: dict[tuple[str, str], list[Finding]] = defaultdict(list)
    for finding in findings:  # errors come first
        if finding.sheet in sheets and finding.cell and _ADDRESS.match(finding.cell):
            sheet = sheets[finding.sheet]
            cell = sheet[_shown_cell(sheet, finding.cell)]
            if not cell.has_style and (column := _column(sheet, cell.column)):
                cell._style = copy(column._style)  # a blank cell that the file does not name: written as its column is
            marked[finding.sheet, finding.cell] = Marked(sheet.title, cell.coordinate, copy(cell.fill))
            by_cell[finding.sheet, cell.coordinate].append(finding)
    for (sheet_name, address), found in by_cell.items():
        cell = sheets[sheet_name][address]
        cell.fill = PatternFill("solid", fgColor=FILLS[found[0].severity])
        cell.comment = Comment("\n\n".join(map(_note, found)), "danvan", height=90 * len(found) + 40, width=380)
    return marked


def unmark(book: Any) -> None:
    """Take off what an earlier receipt left: its list, and its colours, for which the cells get those of their form.

    A cell that is no longer where the list says gets the colour of its column.
    """
    lists = [s for s in book.worksheets if is_receipt_sheet(s.title, s.iter_rows(values_only=True))]
    before = {place: fill for sheet in lists for place, fill in _looks(sheet).items()}
    for sheet in lists:
        book.remove(sheet)
    ours = set(FILLS.values())
    for sheet in book.worksheets:
        name = _told(sheet.title)
        for cell in chain.from_iterable(sheet.iter_rows()):
            if (lists or cell.comment) and cell.has_style and cell.fill.fgColor.rgb in ours:
                column = _column(sheet, cell.column)
                cell.fill = before.get((name, cell.coordinate)) or (copy(column.fill) if column else PatternFill())


def _column(sheet: Any, number: int) -> Any:
    """What the file says of a column as a whole; None when it says nothing."""
    return next((d for d in sheet.column_dimensions.values() if d.min and d.min <= number <= d.max), None)


def _told(title: str) -> str:
    """A sheet's name as findings tell it."""
    return mask_personal(unicodedata.normalize("NFC", title))


def _looks(sheet: Any) -> dict[Place, Any]:
    rows = sheet.iter_rows(min_col=1, max_col=LOOKS)
    return {(row[_SHEET].value, row[_CELL].value): copy(row[LOOKS - 1].fill) for row in rows}


def _shown_cell(sheet: Any, address: str) -> str:
    """Return the cell that is seen at an address: of merged cells the first."""
    if type(sheet[address]).__name__ != "MergedCell":
        return address
    merged = next(r for r in sheet.merged_cells.ranges if address in r)
    return str(sheet.cell(merged.min_row, merged.min_col).coordinate)


def _note(finding: Finding) -> str:
    lines = [f"{finding.message} ({finding.code})"]
    for label, text in (("Đã ghi", finding.found), ("Cần có", finding.expected), ("Cách sửa", finding.mending)):
        if text:
            lines.append(f"{label}: {text}")
    if finding.more_count:
        lines.append(more_text(finding.more_count))
    return "\n".join(lines)
