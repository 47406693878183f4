"""Workbooks that an office made itself: letterhead, merged two-row headers, totals rows, a signature below.

Belongs here: report -> such a workbook. Does not: the template's own workbook (assets.template).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any

from assets.sample.report import Report
from assets.template.cells import ROW_NUMBER, printed
from assets.template.cover import cover_values
from warehouse.cells import kind_of
from warehouse.cells.days import vn_date
from warehouse.forms import FormColumn

FIRST_ROW = 5
#: tables whose counts an office likes to total
_TOTALLED = ("training", "dialogue")


def write_foreign(report: Report, out: Path) -> None:
    """Write the workbook to ``out``; the same report gives the same bytes."""
    import xlsxwriter

    from assets.template.workbook import CREATED

    book = xlsxwriter.Workbook(str(out), {"in_memory": True, "default_date_format": "dd/mm/yyyy"})
    book.set_properties({"created": CREATED})
    bold = book.add_format({"bold": True, "align": "center", "valign": "vcenter", "border": 1, "text_wrap": True})
    plain = book.add_format({"border": 1})
    day = book.add_format({"border": 1, "num_format": "dd/mm/yyyy"})
    _cover(book.add_worksheet("Bìa"), report)
    for table in report.form.tables():
        sheet = book.add_worksheet(report.form.sheet(table)[3:] if table != "issue" else report.form.sheet(table))
        columns = report.form.headers(table)
        sheet.write_string(0, 0, report.unit.superior_name.upper())
        sheet.write_string(1, 0, report.unit.unit_name.upper())
        sheet.write_string(3, 2, f"BÁO CÁO {report.period.label.upper()}")
        row = _headers(sheet, columns, bold)
        row = _rows(sheet, report, table, row, (plain, day))
        sheet.write_string(row + 2, max(0, len(columns) - 3), "T/M BAN THƯỜNG VỤ")
    book.close()


def _cover(sheet: Any, report: Report) -> None:
    values = cover_values(report.form, report.unit, report.period) | report.cover
    sheet.write_string(0, 0, "ĐẢNG CỘNG SẢN VIỆT NAM")
    for i, field in enumerate(report.form.cover):
        value = values.get(field.field)
        sheet.write_string(3 + i, 0, f"{field.label}:")
        sheet.write(3 + i, 2, vn_date(value) if isinstance(value, date) else value)


def _headers(sheet: Any, columns: Sequence[FormColumn], bold: Any) -> int:
    """Two header rows: a header without a group is merged over both. Returns the row below."""
    at = 0
    for group, members in groupby(columns, key=lambda c: c.group_header):
        names = [c.header for c in members]
        if group and len(names) > 1:
            sheet.merge_range(FIRST_ROW, at, FIRST_ROW, at + len(names) - 1, group, bold)
        elif group:
            sheet.write_string(FIRST_ROW, at, group, bold)
        for j, name in enumerate(names, start=at):
            if group:
                sheet.write_string(FIRST_ROW + 1, j, name, bold)
            else:
                sheet.merge_range(FIRST_ROW, j, FIRST_ROW + 1, j, name, bold)
        at += len(names)
    return FIRST_ROW + 2


def _rows(sheet: Any, report: Report, table: str, first: int, formats: tuple[Any, Any]) -> int:
    plain, day = formats
    rows = report.rows.get(table, [])
    columns = report.form.headers(table)
    for n, row in enumerate(rows):
        for j, column in enumerate(columns):
            value = n + 1 if column.header == ROW_NUMBER else printed(column, row)
            if value is not None:
                sheet.write(first + n, j, value, day if isinstance(value, date) else plain)
    end = first + len(rows)
    if table not in _TOTALLED or not rows:
        return end
    sheet.write_string(end, 1, "Tổng cộng", plain)
    for j, column in enumerate(columns):
        is_count = len(column.columns) == 1 and kind_of(column.reader).is_totalled
        known = [f for row in rows if is_count and isinstance(f := row.get(column.columns[0]), int)]
        if known:
            sheet.write_number(end, j, sum(known) + report.total_slip, plain)
    return end + 1
