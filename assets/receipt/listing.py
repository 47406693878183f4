"""The sheet that lists the findings: added to a returned workbook, or a workbook of its own for csv, json and broken files.

Belongs here: what the list looks like. Does not: marking cells (workbook).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink

from assets.intake.own_sheet import FINDING_HEADERS, RECEIPT_SHEET, RECEIPT_TITLE
from assets.office_style import FONT, HEAD_GREY
from assets.receipt import summary
from assets.receipt.marks import FILLS, LOOKS
from assets.receipt.record import how_to_mend, more_text, verdict_text
from warehouse.codes import labels

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from assets.receipt.marks import Marked, Place
    from assets.receipt.record import Answer, Record

_WIDTHS = (5, 11, 21, 8, 34, 24, 26, 30, 21)
_LINE = 15.0
#: the row of the findings' headers
_HEAD = 6
_EDGE = Border(*[Side(style="thin", color="FF999999")] * 4)


def add_listing(book: Any, answer: Answer, marks: Mapping[Place, Marked], *, is_marked: bool) -> None:
    """Add the sheet of findings as the first of ``book``; ``marks`` are the cells of it that are marked.

    ``is_marked``: ``book`` is the unit's own, which it may mend and send again.
    """
    record = answer.record
    sheet = book.create_sheet(RECEIPT_SHEET, 0)
    book.active = 0
    _line(sheet, 1, RECEIPT_TITLE, 14)
    _line(sheet, 2, summary.who(record), 12)
    _line(sheet, 3, verdict_text(record), 12, "FF2E7D32" if summary.is_used(record) else "FFC00000")
    _line(sheet, 4, summary.what_came(record), 11, bold=False)
    if record.findings:
        _line(sheet, 5, how_to_mend(is_marked=is_marked), 11, bold=False)
    _heads(sheet, _HEAD, FINDING_HEADERS)
    for letter, width in zip("ABCDEFGHI", _WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    below = _findings(sheet, record, marks)
    _line(sheet, below + 1, summary.what_is_next(answer), 11, bold=False)
    below = _table(sheet, below + 3, 2, summary.CHANGE_TITLE, summary.CHANGE_HEADERS, summary.change_rows(answer))
    _table(sheet, below, 3, summary.FIGURE_TITLE, summary.FIGURE_HEADERS, summary.figure_rows(record))
    sheet.freeze_panes = f"A{_HEAD + 1}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def _findings(sheet: Any, record: Record, marks: Mapping[Place, Marked]) -> int:
    """Write a row for each finding, with a link to its cell; returns the first row below."""
    severities = labels("severity")
    for n, finding in enumerate(record.findings, start=1):
        more = f"\n{more_text(finding.more_count)}" if finding.more_count else ""
        texts = (str(n), severities[finding.severity], finding.sheet, finding.cell, finding.message + more, finding.found,
                 finding.expected, finding.mending, finding.code)  # fmt: skip
        _row(sheet, _HEAD + n, texts)
        sheet.cell(_HEAD + n, 2).fill = PatternFill("solid", fgColor=FILLS[finding.severity])
        if mark := marks.get((finding.sheet, finding.cell)):
            sheet.cell(_HEAD + n, LOOKS).fill = mark.fill
            _link(sheet.cell(_HEAD + n, FINDING_HEADERS.index("Ô") + 1), mark)
    sheet.column_dimensions[get_column_letter(LOOKS)].hidden = True
    if not record.findings:
        _line(sheet, _HEAD + 1, summary.NO_FINDING, 11, bold=False)
    return _HEAD + 1 + max(1, len(record.findings))


def _link(cell: Any, mark: Marked) -> None:
    quoted = mark.sheet.replace("'", "''")
    cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"'{quoted}'!{mark.cell}")
    cell.font = Font(name=FONT, color="FF0563C1", underline="single")


def _table(
    sheet: Any, row: int, column: int, title: str, headers: Sequence[str], rows: Sequence[Sequence[str | None]]
) -> int:
    """Write a table with its title from a cell on; returns the row below it, ``row`` itself when it has no rows."""
    if not rows:
        return row
    _line(sheet, row, title, 12)
    left = ("",) * (column - 1)
    _heads(sheet, row + 1, (*left, *headers))
    for n, texts in enumerate(rows, start=row + 2):
        _row(sheet, n, (*(None for _ in left), *(t or "" for t in texts)))
    return row + 3 + len(rows)


def _heads(sheet: Any, row: int, texts: Sequence[str]) -> None:
    for column, text in enumerate(texts, start=1):
        if text:
            cell = write_text(sheet, row, column, text)
            cell.font = Font(name=FONT, bold=True)
            cell.fill = PatternFill("solid", fgColor=f"FF{HEAD_GREY}")
            cell.border = _EDGE
            cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)


def write_text(sheet: Any, row: int, column: int, text: str | None) -> Any:
    """Write a text that is only ever a text: what begins with = is no formula, and what XML cannot hold is left out."""
    cell = sheet.cell(row, column)
    if text:
        cell.value = ILLEGAL_CHARACTERS_RE.sub("", text)
        cell.data_type = "s"
    return cell


def _row(sheet: Any, row: int, texts: tuple[str | None, ...]) -> None:
    first = next(i for i, t in enumerate(texts) if t is not None)
    for column, text in enumerate(texts[first:], start=first + 1):
        cell = write_text(sheet, row, column, text)
        cell.font = Font(name=FONT)
        cell.border = _EDGE
        cell.alignment = Alignment(vertical="top", wrap_text=True)
    sheet.row_dimensions[row].height = _LINE * max(map(_lines, texts, _WIDTHS))


def _lines(text: str | None, width: int) -> int:
    """How many lines a text takes in a column; not every office program makes room for wrapped text by itself."""
    return max(1, -(-len(text or "") // (width - 2)))


def _line(sheet: Any, row: int, text: str, size: int, color: str = "FF000000", bold: bool = True) -> None:
    write_text(sheet, row, 1, text).font = Font(name=FONT, size=size, bold=bold, color=color)
