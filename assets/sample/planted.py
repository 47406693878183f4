"""Mistakes that offices make, planted: each a file that must be rejected (or warned), and the finding it must give.

Belongs here: spoiling a good report or file. Does not: which findings exist (expectations).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from assets.sample.register import unit_on
from assets.sample.report import Report, unit_report
from warehouse.forms import form_versions


@dataclass(frozen=True, slots=True)
class Planted:
    """One faulty file: its report, how its bytes are spoilt after writing, and the code (and cell) it must give."""

    name: str
    code: str
    cell: str | None
    report: Report | None
    spoil: Callable[[bytes], bytes] | None = None


def planted_mistakes(seed: int) -> list[Planted]:
    """Return the faulty files. Their units' good reports of those periods come too, as a later sending."""
    return [
        _spoilt("chu-trong-o-so", "V-COUNT", "E7", _good(seed, 117), ("training", "attendee_count", "nhiều người")),
        _spoilt("so-le-trong-o-dem", "V-COUNT-FRACTION", "E7", _good(seed, 121), ("training", "attendee_count", 2.065)),
        _spoilt("so-mo-ho", "V-AMBIGUOUS", "E7", _good(seed, 122), ("training", "attendee_count", "1.12")),
        _spoilt("ngay-khong-co", "V-DATE", "I7", _good(seed, 104), ("model", "start_date", "31/02/2018")),
        _spoilt(
            "du-nhieu-hon-tong", "T-MEMBERS-OVER", "F7", _good(seed, 116), ("training", "member_attended_count", 999)
        ),
        _spoilt("kien-nghi-lech", "D-PETITIONS", "F7", _good(seed, 115), ("dialogue", "petition_raised_count", 77)),
        Planted("don-vi-la", "S-UNIT-UNKNOWN", "B13", _covered(seed, 113, {"unit_code": "DV999"})),
        Planted("mau-cu", "S-PERIOD-FORM", "B15", _old_form(seed)),
        Planted("phien-ban-la", "C-VERSION-UNKNOWN", "B12", _covered(seed, 114, {"form_version": "2019"})),
        Planted("doi-tieu-de", "H-HEADER-MISSING", "E5", _header(seed)),
        Planted("tong-lech", "A-FOOT", None, _total(seed)),
        Planted("thieu-trang-bia", "C-MISSING", None, None, lambda _: _other_workbook()),
        Planted("tep-rong", "F-EMPTY", None, None, lambda _: b""),
        Planted("tep-cat-cut", "F-TRUNCATED", None, _good(seed, 124), lambda b: b[: len(b) * 2 // 3]),
        Planted("khong-phai-excel", "F-NOT-OFFICE", None, None, lambda _: b"%PDF-1.4\nkhong phai bang tinh\n"),
    ]


def _good(seed: int, unit_id: int, period_id: str = "2018-Y") -> Report:
    unit = unit_on(unit_id, date(int(period_id[:4]), 12, 31))
    if unit is None:
        raise LookupError(f"unit {unit_id} is not alive in {period_id}")
    return replace(unit_report(seed, unit, period_id), suffix="_loi")


def _spoilt(name: str, code: str, cell: str, report: Report, slip: tuple[str, str, object]) -> Planted:
    table, column, value = slip
    rows = [dict(r) for r in report.rows[table]] or [dict(_FIRST[table])]
    rows[0] |= {column: value, **_WITH.get(column, {})}
    return Planted(name, code, cell, replace(report, rows={**report.rows, table: rows}))


#: the figures beside a planted one, so that only one thing is wrong
_WITH: dict[str, dict[str, object]] = {
    "member_attended_count": {"member_total_count": 20, "attendee_count": 1200, "member_rate_stated": None},
    "petition_raised_count": {"dialogue_count": 4, "petition_settled_count": 1, "petition_passed_count": 1,
                              "petition_pending_count": 0},
}  # fmt: skip
_FIRST: dict[str, dict[str, Any]] = {
    "training": {"training_kind_code": "tap_huan", "session_count": 1},
    "model": {"model_code": "DV104-99", "model_title": "Tiết kiệm điện", "field_code": "KT", "model_kind_code": "mo_hinh",
              "model_subject_code": "tap_the", "status_code": "trien_khai", "level_code": "co_so"},
    "dialogue": {"dialogue_kind_code": "dinh_ky"},
}  # fmt: skip


def _covered(seed: int, unit_id: int, cover: dict[str, object]) -> Report:
    report = _good(seed, unit_id)
    return replace(report, cover={**report.cover, **cover})


def _old_form(seed: int) -> Report:
    report = _good(seed, 108, "2024-Y")
    return replace(report, form=form_versions()["BCDV", "2013"])


def _header(seed: int) -> Report:
    report = _good(seed, 109)
    columns = tuple(
        replace(c, header="Số người") if c.columns == ("attendee_count",) else c for c in report.form.columns
    )
    return replace(report, form=replace(report.form, columns=columns))


def _total(seed: int) -> Report:
    report = _good(seed, 110, "2019-Y")
    cover = {**report.cover, "revision": 2}
    return replace(report, look="foreign", total_slip=5, cover=cover, suffix="_tong")


def _other_workbook() -> bytes:
    import io

    import xlsxwriter

    from assets.template.workbook import CREATED

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    book.set_properties({"created": CREATED})
    sheet = book.add_worksheet("Lịch trực")
    for row, text in enumerate(("LỊCH TRỰC CƠ QUAN THÁNG 5", "Thứ hai", "Thứ ba", "Thứ tư")):
        sheet.write_string(row, 0, text)
    book.close()
    return out.getvalue()
