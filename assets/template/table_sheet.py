"""One sheet of the workbook: title, merged headers, the (1)(2)(3) row and bordered entry cells.

Does not belong here: cover, guide and lists, or what a value looks like (cells).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import groupby
from typing import Any

from assets.office_style import FONT
from assets.template.cells import ROW_NUMBER, Row, day_text, printed
from assets.template.entry import style, validation, width
from assets.template.meaning import heading
from assets.template.styles import MORE, Styles
from warehouse.declaration import form_tables
from warehouse.forms import FormColumn
from warehouse.periods import Period

TITLE_ROW, HEADER_ROW = 0, 3
#: empty rows that a blank form prints; on the screen the entry cells go on to the end of the sheet
LEAST_ROWS = 15
LAST_ROW = 1_048_575


def draw_table(sheet: Any, styles: Styles, columns: Sequence[FormColumn], place: tuple[str, Period]) -> int:
    """Draw title, headers and widths; ``place`` is (subtitle, period). Returns the first entry row."""
    subtitle, period = place
    last = len(columns) - 1
    sheet.set_default_row(20)
    sheet.set_row(TITLE_ROW, 26)
    sheet.merge_range(TITLE_ROW, 0, TITLE_ROW, last, form_tables()[columns[0].table].label.upper(), styles["title"])
    sheet.merge_range(TITLE_ROW + 1, 0, TITLE_ROW + 1, last, subtitle, styles["subtitle"])
    for i, column in enumerate(columns):
        sheet.set_column(i, i, width(column, period), None if _is_single(columns) else styles[style(column) + MORE])
    sheet.set_row(HEADER_ROW - 1, None, styles["plain"])
    entry_row = _headers(sheet, styles, columns)
    _print_setup(sheet, entry_row, last)
    return entry_row


def fill_table(sheet: Any, styles: Styles, columns: Sequence[FormColumn], entry_row: int, rows: Sequence[Row]) -> None:
    """Write ``rows`` from ``entry_row`` on and draw empty bordered cells below them."""
    least = 1 if _is_single(columns) else LEAST_ROWS
    formats = [styles[style(c)] for c in columns]
    numbered = columns[0].header == ROW_NUMBER
    for i, row in enumerate(rows):
        at = entry_row + i
        for j, column in enumerate(columns):
            value = i + 1 if numbered and j == 0 else printed(column, row)
            _write(sheet, at, j, value, formats[j])
    for at in range(entry_row + len(rows), entry_row + max(least, len(rows))):
        for j, cell_format in enumerate(formats):
            sheet.write_blank(at, j, None, cell_format)


def validate_table(sheet: Any, columns: Sequence[FormColumn], entry_row: int, lists: dict[str, str]) -> None:
    """Attach the validation and the prompt of each column to its entry cells, as far as one can write."""
    last = entry_row if _is_single(columns) else LAST_ROW
    for j, column in enumerate(columns):
        sheet.data_validation(entry_row, j, last, j, validation(column, lists))


def _is_single(columns: Sequence[FormColumn]) -> bool:
    """Tell whether a report has one row there."""
    return form_tables()[columns[0].table].key == ("submission_id",)


def _headers(sheet: Any, styles: Styles, columns: Sequence[FormColumn]) -> int:
    """Draw one header row, or two where columns are grouped; and the numbers row. Returns the row below."""
    tall = any(c.group_header for c in columns)
    bottom = HEADER_ROW + 1 if tall else HEADER_ROW
    header = styles["header"]
    at = 0
    for group, members in groupby(columns, key=lambda c: c.group_header):
        names = [heading(c) for c in members]
        if group and len(names) > 1:
            sheet.merge_range(HEADER_ROW, at, HEADER_ROW, at + len(names) - 1, group, header)
        elif group:
            sheet.write_string(HEADER_ROW, at, group, header)
        for j, name in enumerate(names, start=at):
            if tall and not group:
                sheet.merge_range(HEADER_ROW, j, bottom, j, name, header)
            else:
                sheet.write_string(bottom, j, name, header)
        at += len(names)
    sheet.set_row(HEADER_ROW, 22 if tall else 48)
    if tall:
        sheet.set_row(bottom, 48)
    for j in range(len(columns)):
        sheet.write_string(bottom + 1, j, f"({j + 1})", styles["number_row"])
    return bottom + 2


def _print_setup(sheet: Any, entry_row: int, last: int) -> None:
    sheet.freeze_panes(entry_row, 2 if last > 8 else 0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
    sheet.center_horizontally()
    sheet.repeat_rows(HEADER_ROW, entry_row - 1)
    sheet.set_footer(f'&L&"{FONT},Italic"&10&A&R&"{FONT},Regular"&10Trang &P/&N')
    sheet.hide_gridlines(2)
    sheet.protect("", {"format_columns": True, "format_rows": True, "select_locked_cells": True})


def _write(sheet: Any, row: int, column: int, value: object, cell_format: Any) -> None:
    """Write a value with its own type; text is always text, never a formula."""
    if value is None:
        sheet.write_blank(row, column, None, cell_format)
    elif isinstance(value, date):
        sheet.write_string(row, column, day_text(value), cell_format)
    elif isinstance(value, int | float):
        sheet.write_number(row, column, value, cell_format)
    else:
        sheet.write_string(row, column, str(value), cell_format)
