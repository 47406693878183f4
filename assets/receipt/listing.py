"""The sheet that lists the findings: added to a returned workbook, or a workbook of its own for csv, json and broken files.

Belongs here: what the list looks like. Does not: marking cells (workbook).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter

from assets.intake.own_sheet import FINDING_HEADERS, RECEIPT_SHEET, RECEIPT_TITLE
from assets.office_style import FONT, HEAD_GREY
from assets.receipt.marks import FILLS, LOOKS
from assets.receipt.record import how_to_mend, more_text, verdict_text
from warehouse.codes import labels

if TYPE_CHECKING:
    from collections.abc import Mapping

    from assets.receipt.marks import Marked, Place
    from assets.receipt.record import Record

_WIDTHS = (5, 11, 21, 8, 34, 24, 26, 30, 21)
_LINE = 15.0
_EDGE = Border(*[Side(style="thin", color="FF999999")] * 4)


def add_listing(book: Any, record: Record, marks: Mapping[Place, Marked], *, is_marked: bool) -> None:
    """Add the sheet of findings as the first of ``book``; ``marks`` are the cells of it that are marked.

    ``is_marked``: ``book`` is the unit's own, which it may mend and send again.
    """
    sheet = book.create_sheet(RECEIPT_SHEET, 0)
    book.active = 0
    _line(sheet, 1, RECEIPT_TITLE, 14)
    who = " - ".join(t for t in (record.unit_code, record.unit_name, record.period_id) if t)
    _line(sheet, 2, who or record.file_name, 12)
    is_used = record.verdict != "rejected" and record.used_submission_id is None
    _line(sheet, 3, verdict_text(record), 12, "FF2E7D32" if is_used else "FFC00000")
    _line(sheet, 4, f"Tệp: {record.file_name} - mã bản gửi {record.submission_id}", 11, bold=False)
    if record.findings:
        _line(sheet, 5, how_to_mend(is_marked=is_marked), 11, bold=False)
    for column, (header, width) in enumerate(zip(FINDING_HEADERS, _WIDTHS, strict=True), start=1):
        cell = write_text(sheet, 6, column, header)
        cell.font = Font(name=FONT, bold=True)
        cell.fill = PatternFill("solid", fgColor=f"FF{HEAD_GREY}")
        cell.border = _EDGE
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        sheet.column_dimensions[cell.column_letter].width = width
    severities = labels("severity")
    for n, finding in enumerate(record.findings, start=1):
        more = f"\n{more_text(finding.more_count)}" if finding.more_count else ""
        texts = (str(n), severities[finding.severity], finding.sheet, finding.cell, finding.message + more, finding.found,
                 finding.expected, finding.remedy, finding.code)  # fmt: skip
        _row(sheet, 6 + n, texts, finding.severity)
        if mark := marks.get((finding.sheet, finding.cell)):
            sheet.cell(6 + n, LOOKS).fill = mark.fill
    sheet.column_dimensions[get_column_letter(LOOKS)].hidden = True
    if not record.findings:
        _line(sheet, 7, "Không có lỗi, không có cảnh báo.", 11, bold=False)
    sheet.freeze_panes = "A7"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def write_text(sheet: Any, row: int, column: int, text: str | None) -> Any:
    """Write a text that is only ever a text: what begins with = is no formula, and what XML cannot hold is left out."""
    cell = sheet.cell(row, column)
    if text:
        cell.value = ILLEGAL_CHARACTERS_RE.sub("", text)
        cell.data_type = "s"
    return cell


def _row(sheet: Any, row: int, texts: tuple[str | None, ...], severity: str) -> None:
    for column, text in enumerate(texts, start=1):
        cell = write_text(sheet, row, column, text)
        cell.font = Font(name=FONT)
        cell.border = _EDGE
        cell.alignment = Alignment(vertical="top", wrap_text=True)
        if column == 2:
            cell.fill = PatternFill("solid", fgColor=FILLS[severity])
    sheet.row_dimensions[row].height = _LINE * max(map(_lines, texts, _WIDTHS))


def _lines(text: str | None, width: int) -> int:
    """How many lines a text takes in a column; not every office program makes room for wrapped text by itself."""
    return max(1, -(-len(text or "") // (width - 2)))


def _line(sheet: Any, row: int, text: str, size: int, color: str = "FF000000", bold: bool = True) -> None:
    write_text(sheet, row, 1, text).font = Font(name=FONT, size=size, bold=bold, color=color)
