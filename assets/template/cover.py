"""The cover sheet: letterhead, title, the fields of the form's cover and the place to sign.

Does not belong here: which unit or period a file speaks for once it is read (assets.intake.cover).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from assets.template.cells import day_text
from assets.template.entry import refusal
from assets.template.meaning import TEXT, TITLE
from assets.template.styles import Styles
from warehouse.cells import kind_of
from warehouse.deadlines import deadlines
from warehouse.forms import CoverField, FormVersion
from warehouse.periods import Period, period_kinds, periods_of

FIELD_ROW = 10
#: what a field asks beyond its kind of cell
_FIELD_RULES: dict[str, dict[str, Any]] = {
    "revision": {
        "validate": "integer", "criteria": "between", "minimum": 1, "maximum": 99,
        "error_message": "Ghi 1 cho lần gửi đầu, 2 cho bản sửa lần thứ nhất, ...",
    }
}  # fmt: skip
#: what the workbook is made for: a unit has nothing to write there
_FIXED = ("form_code", "form_version")
_OFFICE = {"chi_bo_co_so": ("CHI BỘ", "CB", "T/M CHI BỘ")}
_COMMITTEE = ("ĐẢNG BỘ", "ĐU", "T/M ĐẢNG ỦY")


@dataclass(frozen=True, slots=True)
class UnitLine:
    """The unit that a workbook is made for, as its letterhead prints it. ``superior_name`` may be empty."""

    unit_code: str
    unit_name: str
    party_kind_code: str = "dang_bo_co_so"
    superior_name: str = ""


def cover_values(form: FormVersion, unit: UnitLine | None, period: Period) -> dict[str, object]:
    """Return what is prefilled, by cover field; the report date is for the unit to write."""
    known = {"unit_code": unit.unit_code, "unit_name": unit.unit_name} if unit else {}
    return {
        "form_code": form.form_code,
        "form_version": form.form_version,
        "period_id": period.label,
        "cutoff_date": period.period_end,
        "revision": 1,
        **known,
    }


def periods_offered(form: FormVersion, period: Period) -> list[Period]:
    """Return the periods that a report on the form may be of, in the year for which the workbook is made.

    Those of the form's stretch for which units have a deadline, or all of the year's when the form has none.
    """
    if not period_kinds()[period.kind].months:  # days that were agreed on once
        return [period]
    due = {d.period_kind for d in deadlines() if d.form_code == form.form_code}
    last = form.valid_to or date.max
    return [
        p for p in periods_of(period.year) if (not due or p.kind in due) and form.valid_from <= p.period_end <= last
    ]


def draw_cover(
    sheet: Any, styles: Styles, form: FormVersion, unit: UnitLine | None, values: Mapping[str, object], periods: str
) -> None:
    """Draw the cover sheet; ``values`` are by cover field, dates as dates; ``periods`` is the range of the drop-down."""
    _page(sheet)
    _letterhead(sheet, styles, unit, values.get("report_date"))
    title = form.title.split(" (")[0]
    sheet.set_row(6, 30)
    sheet.merge_range(6, 0, 6, 1, title.upper(), styles["title"])
    sheet.merge_range(7, 0, 7, 1, f"Mẫu {form.form_code} - phiên bản {form.form_version}", styles["subtitle"])
    for i, field in enumerate(form.cover):
        _field(sheet, styles, FIELD_ROW + i, field, values.get(field.field), periods)
    below = FIELD_ROW + len(form.cover) + 1
    note = (
        "Ghi chú: ô nền vàng là ô để ghi. Chỉ ghi số lượng; ngoài người ký, không ghi họ tên, số điện thoại, "
        "số giấy tờ của cá nhân. Cách ghi xem trang “Hướng dẫn”."
    )
    sheet.set_row(below, 34)
    sheet.merge_range(below, 0, below, 1, note, styles["note"])
    _signature(sheet, styles, below + 2, _office(unit)[2])


def _office(unit: UnitLine | None) -> tuple[str, str, str]:
    return _OFFICE.get(unit.party_kind_code, _COMMITTEE) if unit else _COMMITTEE


def _letterhead(sheet: Any, styles: Styles, unit: UnitLine | None, report_date: object) -> None:
    kind, symbol, _ = _office(unit)
    name = unit.unit_name.upper() if unit else "…………………………"
    if not name.startswith(("ĐẢNG BỘ", "ĐẢNG ỦY", "CHI BỘ")):
        name = f"{kind} {name}"
    sheet.write_string(0, 0, unit.superior_name.upper() if unit else "", styles["superior"])
    sheet.write_string(0, 1, "ĐẢNG CỘNG SẢN VIỆT NAM", styles["party"])
    sheet.set_row(0, 34)
    sheet.set_row(1, 34)
    sheet.write_string(1, 0, name, styles["letterhead"])
    sheet.write_string(2, 0, "*", styles["letterhead"])
    sheet.write_string(3, 0, f"Số ……-BC/{symbol}", styles["number_entry"])
    day = report_date if isinstance(report_date, date) else None
    text = f"ngày {day:%d} tháng {day:%m} năm {day.year}" if day else "ngày ….. tháng ….. năm ………"
    sheet.write_string(3, 1, f"…………, {text}", styles["place_entry"])
    _prompt(sheet, 3, 0, "Số báo cáo", "Thay dấu … bằng số của báo cáo, ví dụ: Số 12-BC/" + symbol)
    _prompt(sheet, 3, 1, "Nơi và ngày ký", "Thay dấu … bằng địa danh và ngày ký, ví dụ: Huế, ngày 10 tháng 12 năm 2025")


def _signature(sheet: Any, styles: Styles, row: int, office: str) -> None:
    """Draw the place to sign: who signs for whom, and below it room for the signature and the name."""
    sheet.write_string(row, 1, office, styles["office_entry"])
    sheet.write_string(row + 1, 1, "(Ký, ghi rõ chức danh, đóng dấu)", styles["place"])
    sheet.set_row(row + 2, 60)
    sheet.write_blank(row + 2, 1, None, styles["place_entry"])
    sheet.write_blank(row + 3, 1, None, styles["office_entry"])
    _prompt(sheet, row, 1, "Thay mặt", "Sửa được, ví dụ thêm dòng chức danh người ký.")
    _prompt(sheet, row + 3, 1, "Người ký", "Ghi họ tên người ký; họ tên này không được nạp vào kho số liệu.")


def _prompt(sheet: Any, row: int, column: int, title: str, text: str) -> None:
    """Show ``text`` beside the cell while it is chosen; nothing is checked."""
    sheet.data_validation(row, column, row, column, {"validate": "any", "input_title": title, "input_message": text})


def _field(sheet: Any, styles: Styles, row: int, field: CoverField, value: object, choices: str) -> None:
    sheet.set_row(row, 24)
    sheet.write_string(row, 0, field.label, styles["label"])
    of = kind_of(field.reader)
    cell_format = styles["value_fixed" if field.field in _FIXED and value is not None else of.cover_format]
    if isinstance(value, date):
        sheet.write_string(row, 1, day_text(value), cell_format)
    elif value is None:
        sheet.write_blank(row, 1, None, cell_format)
    else:
        sheet.write(row, 1, value, cell_format)
    rule = _FIELD_RULES.get(field.field) or of.validation(None, choices) or {"validate": "any"}
    prompt = {"input_title": field.label[:TITLE], "input_message": _sentence(field.hint or field.label)[:TEXT]}
    hint = of.guide.hint if of.guide else ""
    sheet.data_validation(row, 1, row, 1, {**refusal(field.label, hint), **rule, **prompt})


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _page(sheet: Any) -> None:
    sheet.set_column(0, 0, 42)
    sheet.set_column(1, 1, 46)
    sheet.set_paper(9)
    sheet.set_portrait()
    sheet.fit_to_pages(1, 1)
    sheet.set_margins(left=0.7, right=0.5, top=0.7, bottom=0.7)
    sheet.hide_gridlines(2)
    sheet.protect("", {"format_columns": True, "format_rows": True})
