"""The cover as clerks type it: codes in another spelling, periods, and what a finding says of a field."""

from __future__ import annotations

from pathlib import Path

import pytest

from assets.check import Checked
from tests.support import clean_rows, put, query, report_of, take, told
from warehouse.home import Home

#: unit 134 of the sample's register
CODE, NAME = "DV034", "Công ty TNHH MTV Lâm nghiệp Tiền Phong"


def _said(home: Home, folder: Path, **cover: object) -> Checked:
    return told(home, report_of(134, "2024-Y", clean_rows(2024), cover), folder)


@pytest.mark.parametrize("code", ["dv034", " dv 034", "ĐV034", "đv-034", "DV.034"])
@pytest.mark.parametrize("name", [NAME, NAME.upper(), "Công ty TNHH MTV Lâm nghiệp  Tiền Phong."])
def test_a_code_in_another_spelling_is_the_units_where_the_name_says_so(
    registered: Home, tmp_path: Path, code: str, name: str
) -> None:
    said = _said(registered, tmp_path, unit_code=code, unit_name=name)
    assert (said.verdict, said.findings) == ("accepted", ())


def test_what_is_kept_is_the_code_that_the_register_gave(home: Home) -> None:
    put(home.inbox, report_of(134, "2024-Y", clean_rows(2024), {"unit_code": "đv-034", "unit_name": NAME.upper()}))
    take(home)
    kept = "SELECT unit_code, unit_id, verdict FROM intake.submission WHERE form_code = 'BCDV'"
    assert query(home, kept) == [(CODE, 134, "accepted")]


@pytest.mark.parametrize(
    ("code", "name"),
    [("ĐV034", "Một đơn vị khác"), ("34", NAME), ("DV0034", NAME.lower())],
)
def test_a_code_that_nothing_confirms_is_asked_about_with_the_unit_that_may_be_meant(
    registered: Home, tmp_path: Path, code: str, name: str
) -> None:
    said = _said(registered, tmp_path, unit_code=code, unit_name=name)
    found = [f["expected"] for f in said.findings if f["code"] == "S-UNIT-UNKNOWN"]
    assert found == [f"Có phải {CODE} ({NAME})?"]


def test_a_code_that_is_like_none_has_no_guess(registered: Home, tmp_path: Path) -> None:
    said = _said(registered, tmp_path, unit_code="XX1", unit_name="Đơn vị nào đó")
    found = [f["expected"] for f in said.findings if f["code"] == "S-UNIT-UNKNOWN"]
    assert found == ["Mã đơn vị do cấp trên cấp"]


@pytest.mark.parametrize(
    ("field", "text", "code", "expected"),
    [
        ("period_id", "Quý năm 2024", "C-PERIOD-INVALID", "Kỳ báo cáo: Năm 2024; 6 tháng đầu năm 2024; Quý 3/2024"),
        ("revision", "lần 1", "C-FIELD-INVALID", "Lần gửi: 1 cho bản đầu, thêm 1 cho mỗi bản sửa"),
        (
            "report_date",
            "30/6",
            "C-FIELD-INVALID",
            "Ngày báo cáo: ngày ký báo cáo, được ký trước ngày chốt số liệu nhiều nhất 31 ngày, ví dụ 20/12/2024",
        ),
    ],
)
def test_a_cover_field_that_cannot_be_read_says_what_is_written_there(
    registered: Home, tmp_path: Path, field: str, text: str, code: str, expected: str
) -> None:
    said = _said(registered, tmp_path, **{field: text})
    assert [f["expected"] for f in said.findings if f["code"] == code] == [expected]
