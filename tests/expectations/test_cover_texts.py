"""The cover as clerks type it: codes in another spelling, periods, and what a finding says of a field."""

from __future__ import annotations

import pytest

from tests.support import clean_rows, put, query, report_of, take
from warehouse.home import Home

#: unit 134 of the sample's register
CODE, NAME = "DV034", "Công ty TNHH MTV Lâm nghiệp Tiền Phong"


def _sent(home: Home, code: str, name: str) -> None:
    put(home.inbox, report_of(134, "2024-Y", clean_rows(2024), {"unit_code": code, "unit_name": name}))
    take(home)


@pytest.mark.parametrize("code", ["dv034", " dv 034", "ĐV034", "đv-034", "DV.034"])
@pytest.mark.parametrize("name", [NAME, NAME.upper(), "Công ty TNHH MTV Lâm nghiệp  Tiền Phong."])
def test_a_code_in_another_spelling_is_the_units_where_the_name_says_so(home: Home, code: str, name: str) -> None:
    _sent(home, code, name)
    assert query(home, "SELECT unit_code, unit_id, verdict FROM intake.submission WHERE form_code = 'BCDV'") == [
        (CODE, 134, "accepted")
    ]
    assert query(home, "SELECT code FROM intake.finding") == []


@pytest.mark.parametrize(
    ("code", "name"),
    [("ĐV034", "Một đơn vị khác"), ("34", NAME), ("DV0034", NAME.lower())],
)
def test_a_code_that_nothing_confirms_is_asked_about_with_the_unit_that_may_be_meant(
    home: Home, code: str, name: str
) -> None:
    _sent(home, code, name)
    found = query(home, "SELECT code, expected FROM intake.finding WHERE code = 'S-UNIT-UNKNOWN'")
    assert found == [("S-UNIT-UNKNOWN", f"Có phải {CODE} ({NAME})?")]


def test_a_code_that_is_like_none_has_no_guess(home: Home) -> None:
    _sent(home, "XX1", "Đơn vị nào đó")
    found = query(home, "SELECT expected FROM intake.finding WHERE code = 'S-UNIT-UNKNOWN'")
    assert found == [("Mã đơn vị do cấp trên cấp",)]


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
    home: Home, field: str, text: str, code: str, expected: str
) -> None:
    put(home.inbox, report_of(134, "2024-Y", clean_rows(2024), {field: text}))
    take(home)
    assert query(home, f"SELECT expected FROM intake.finding WHERE code = '{code}'") == [(expected,)]
