"""The sheet "Hướng dẫn": how to fill, what blank, 0 and "không" mean, how to write each kind of cell, what each column
holds, the code lists.

Does not belong here: the drop-downs' hidden sheet (workbook) or finding messages (expectations).
"""

from __future__ import annotations

import math
from typing import Any

from assets.office_style import FONT
from assets.template.cells import first_column
from assets.template.meaning import counted, kinds_of_period, meaning
from assets.template.styles import Styles
from warehouse.carried import CARRIED
from warehouse.cells import cell_kinds, kind_of
from warehouse.cells.kinds.code import valid_codes
from warehouse.codes import Code, code_lists
from warehouse.declaration import form_tables
from warehouse.forms import NOT_KEPT, FormColumn, FormVersion
from warehouse.periods import Period

_STEPS = (
    "1. Điền trang “{cover}” trước: mã đơn vị, kỳ báo cáo, ngày báo cáo, lần gửi.",
    "2. Điền lần lượt các trang còn lại; trang nào không phát sinh thì để trống, không xóa trang.",
    "3. Không sửa tiêu đề, không thêm cột, không đổi tên trang. Cần thêm dòng thì ghi tiếp xuống dưới.",
    "4. Số liệu kỳ {cumulative} là lũy kế từ ngày 01/01; số liệu {apart} chỉ của {apart} đó.",
    "5. Gửi lại bản sửa: ghi Lần gửi lớn hơn một đơn vị và điền lại đầy đủ cả tệp, không chỉ ô đã sửa.",
    "6. Cột Ghi chú {not_kept} để đơn vị tự theo dõi; điều cần báo thì ghi ở cột khác.",
    "7. Chỉ ghi số lượng. Không ghi họ tên, số điện thoại, số giấy tờ, ý kiến của cá nhân.",
)
#: of a form with tables whose rows live on
_CARRIED = (
    "8. Mã mô hình, mã cuộc kiểm tra do đơn vị đặt và giữ nguyên qua các kỳ; việc mới thì mã mới, không dùng lại mã cũ.",
    "9. Dòng ghi sẵn là việc còn mở ở kỳ trước: giữ mã, ghi trạng thái và số liệu kỳ này; không còn thì xóa dòng.",
    "10. Hạn chế phát hiện từ trước kỳ: ghi số còn phải khắc phục và ngày phát hiện; số này không cộng vào phát hiện kỳ này.",
)
_STATES = (
    ("Để trống", "Không báo cáo, chưa có số liệu (ghi “chưa có” cũng hiểu như vậy)", ""),
    ("0", "Có theo dõi, kết quả đúng bằng không", "0"),
    ("Không hoặc dấu -", "Ghi nhận là không có; không tính là số 0", "Không"),
    ("Gần, hơn, trên, khoảng", "Số ước lượng: giữ nguyên chữ, không cộng như số chính xác", "khoảng 200"),
)


def code_lists_used(form: FormVersion) -> dict[str, str]:
    """Return the code lists of the form's columns with the label of the first column that uses each."""
    used: dict[str, str] = {}
    for column in form.columns:
        if column.position is not None and not column.ignored and kind_of(column.reader).has_choices:
            filled = first_column(column)
            used.setdefault(filled.codes or "", f"{filled.label} ({column.sheet})")
    return used


def choices(form: FormVersion, period: Period) -> dict[str, tuple[Code, ...]]:
    """Return what each drop-down offers, by code list: codes valid in the period, or all so far where a date of the row decides."""
    tables = form_tables()
    columns = (tables[c.table].column(name) for c in form.columns for name in c.columns)
    dated = {c.codes for c in columns if c.valid_on}
    return {
        codes: tuple(c for c in code_lists()[codes] if c.valid_from <= period.period_end)
        if codes in dated
        else valid_codes(codes, period)
        for codes in code_lists_used(form)
    }


def draw_guide(sheet: Any, styles: Styles, form: FormVersion, period: Period) -> None:
    """Draw the sheet for ``form`` with the codes that its drop-downs offer in ``period``."""
    sheet.set_column(0, 0, 36)
    sheet.set_column(1, 1, 58)
    sheet.set_column(2, 2, 32)
    sheet.set_row(0, 28)
    sheet.merge_range(0, 0, 0, 2, "HƯỚNG DẪN GHI BIỂU", styles["title"])
    row = _section(sheet, styles, 2, "Cách điền")
    kinds = kinds_of_period()
    for step in _STEPS + (_CARRIED if CARRIED.keys() & form.tables() else ()):
        sheet.set_row(row, 20)
        sheet.merge_range(
            row, 0, row, 2, step.format(cover=form.cover_sheet, not_kept=NOT_KEPT, **kinds), styles["para"]
        )
        row += 1
    row = _section(sheet, styles, row + 1, "Ô trống, số 0 và chữ “không”")
    row = _rows(sheet, styles, row, ("Ghi trong ô", "Nghĩa là", "Ví dụ"), list(_STATES))
    row = _section(sheet, styles, row + 1, "Ghi thế nào cho đúng")
    used = {c.reader for c in form.columns}
    lines = [
        (k.guide.label, k.guide.hint, k.guide.example) for k in cell_kinds().values() if k.guide and k.name in used
    ]
    row = _rows(sheet, styles, row, ("Loại ô", "Cách ghi", "Ví dụ"), lines)
    row = _section(sheet, styles, row + 1, "Từng trang, từng cột ghi gì")
    row = _columns(sheet, styles, row, form)
    row = _section(sheet, styles, row + 1, f"Danh mục để chọn - {period.label}")
    _code_table(sheet, styles, row, form, period)
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.6, right=0.5, top=0.6, bottom=0.6)
    sheet.set_footer(f'&R&"{FONT},Regular"&10Trang &P/&N')
    sheet.hide_gridlines(2)
    sheet.protect("", {"format_columns": True, "format_rows": True})


def _section(sheet: Any, styles: Styles, row: int, title: str) -> int:
    sheet.set_row(row, 22)
    sheet.merge_range(row, 0, row, 2, title, styles["section"])
    return row + 1


def _rows(sheet: Any, styles: Styles, row: int, head: tuple[str, str, str], lines: list[tuple[str, str, str]]) -> int:
    for column, text in enumerate(head):
        sheet.write_string(row, column, text, styles["guide_head"])
    return _lines(sheet, styles, row + 1, lines)


def _lines(sheet: Any, styles: Styles, row: int, lines: list[tuple[str, str, str]]) -> int:
    for cells in lines:
        sheet.set_row(row, _height(max(len(cells[1]) / 66, len(cells[2]) / 38)))
        for column, text in enumerate(cells):
            sheet.write_string(row, column, text, styles["guide"])
        row += 1
    return row


def _columns(sheet: Any, styles: Styles, row: int, form: FormVersion) -> int:
    """Say of each sheet which rows it has, and of each of its columns what is written there and of which days."""
    tables = form_tables()
    for table in form.tables():
        sheet.set_row(row, _height(len(tables[table].holds) / 92))
        sheet.write_string(row, 0, form.sheet(table), styles["guide_head"])
        sheet.merge_range(row, 1, row, 2, tables[table].holds, styles["guide_head"])
        lines = [(_full_header(c), meaning(c), counted(c)) for c in form.headers(table) if not c.ignored]
        row = _lines(sheet, styles, row + 1, lines)
    return row


def _full_header(column: FormColumn) -> str:
    return f"{column.group_header}: {column.header}" if column.group_header else column.header


def _code_table(sheet: Any, styles: Styles, row: int, form: FormVersion, period: Period) -> None:
    label_of = code_lists_used(form)
    for codes, offered in choices(form, period).items():
        label, texts = label_of[codes], "; ".join(_until(c, period) for c in offered)
        sheet.set_row(row, _height(max(len(label) / 36, len(texts) / 92)))
        sheet.write_string(row, 0, label, styles["guide"])
        sheet.merge_range(row, 1, row, 2, texts, styles["guide"])
        row += 1


def _until(code: Code, period: Period) -> str:
    """A code that ends before the period does is listed with its last day."""
    ended = code.valid_to and code.valid_to < period.period_end
    return f"{code.label} (đến {code.valid_to:%d/%m/%Y})" if ended else code.label


def _height(lines: float) -> float:
    return 18.0 * max(1, math.ceil(lines)) + 3
