"""How a column of the form is entered: width, cell format and the validation with its Vietnamese message.

Belongs here: the rules that Excel checks while a unit types. Does not: the rules of the warehouse (expectations).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from assets.template.cells import ROW_NUMBER, YES_NO, column_codes, valid_codes
from warehouse.declaration import form_tables
from warehouse.forms import FormColumn
from warehouse.periods import Period

FIRST_DAY, LAST_DAY = datetime(1930, 1, 1), datetime(2099, 12, 31)
_WIDTHS = {
    "count": 11.0,
    "decimal": 9.0,
    "percent": 10.0,
    "ratio": 14.0,
    "date": 13.0,
    "yes_no": 11.0,
    "citation": 27.0,
}
_FORMATS = {
    "count": "entry_count", "decimal": "entry_decimal", "date": "entry_date", "yes_no": "entry_centre",
    "ratio": "entry_mark", "percent": "entry_mark", "citation": "entry_text", "text": "entry_text", "code": "entry",
}  # fmt: skip
_MARKS = {"ratio": "/", "percent": "%"}
_FIXED: dict[str, dict[str, Any]] = {
    "yes_no": {"validate": "list", "source": list(YES_NO)},
    "date": {"validate": "date", "criteria": "between", "minimum": FIRST_DAY, "maximum": LAST_DAY},
    "decimal": {"validate": "decimal", "criteria": "between", "minimum": 0, "maximum": 100},
    "citation": {"validate": "length", "criteria": "between", "minimum": 3, "maximum": 90},
}
_NONE = 'LOWER({0})="không",{0}="-"'
_HINTS = {
    "count": "Ghi số nguyên từ 0 trở lên. Không có thì ghi Không hoặc dấu -; chưa có số liệu thì để trống.",
    "ratio": "Ghi dạng số dự/tổng số, ví dụ 1.115/1.122.",
    "percent": "Ghi kèm dấu %, dùng dấu phẩy cho số lẻ, ví dụ 99,4%.",
    "date": "Ghi ngày/tháng/năm, ví dụ 30/8/2013.",
    "code": "Hãy chọn một mục trong danh sách thả xuống.",
    "yes_no": "Hãy chọn Có hoặc Không.",
    "decimal": "Ghi số từ 0 trở lên, dùng dấu phẩy cho phần lẻ.",
    "citation": "Ghi số ký hiệu, ngày ban hành, ví dụ: 32-CTr/TU, ngày 30/8/2013.",
}


def hint(reader: str) -> str:
    """Return the Vietnamese sentence that says how a cell of this reader is written."""
    return _HINTS[reader]


def width(column: FormColumn, period: Period) -> float:
    """Return the column's width in characters: its usual content and the longest word of its header fit."""
    if column.header == ROW_NUMBER:
        return 5.0
    longest_word = max(len(w) for w in column.header.split()) + 2.5
    return max(_content_width(column, period), longest_word)


def _content_width(column: FormColumn, period: Period) -> float:
    if column.ignored:
        return 14.0
    if column.reader == "code":
        codes = column_codes(column.table, column.columns[0]) or ""
        return min(31.0, max(len(c.label) for c in valid_codes(codes, period)) + 1.0)
    if column.reader == "text":
        return min(32.0, 6.0 + (form_tables()[column.table].column(column.columns[0]).max_length or 20) / 3)
    return _WIDTHS[column.reader]


def style(column: FormColumn) -> str:
    """Return the name of the format of the column's entry cells."""
    if column.header == ROW_NUMBER:
        return "row_number"
    if column.ignored:
        return "entry"
    return "entry_id" if column.columns[0].endswith("_id") else _FORMATS[column.reader]


def validation(column: FormColumn, cell: str, lists: dict[str, str]) -> dict[str, Any] | None:
    """Return xlsxwriter's validation for entry cells that start at ``cell``; ``lists`` maps code list -> range."""
    if column.ignored:
        return None
    rule = _rule(column, cell, lists)
    text = column.reader == "text"
    message = f"Tối đa {rule['maximum']} ký tự." if text else hint(column.reader)
    return {**rule, "ignore_blank": True, "error_title": "Ô ghi chưa đúng", "error_message": message}


def _rule(column: FormColumn, cell: str, lists: dict[str, str]) -> dict[str, Any]:
    none = _NONE.format(cell)
    if column.reader in _FIXED:
        return _FIXED[column.reader]
    if column.reader == "code":
        return {"validate": "list", "source": "=" + lists[column_codes(column.table, column.columns[0]) or ""]}
    if column.reader == "count":
        return {"validate": "custom", "value": f"=IF(ISNUMBER({cell}),AND({cell}>=0,{cell}=INT({cell})),OR({none}))"}
    if column.reader in _MARKS:
        return {"validate": "custom", "value": f'=OR(ISNUMBER(SEARCH("{_MARKS[column.reader]}",{cell})),{none})'}
    most = form_tables()[column.table].column(column.columns[0]).max_length or 60
    return {"validate": "length", "criteria": "between", "minimum": 1, "maximum": most}
