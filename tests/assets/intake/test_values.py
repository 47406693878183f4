"""Vietnamese readers: numbers, ratios, percents, dates and text as offices write them; what is ambiguous is asked about."""

from __future__ import annotations

import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.intake.encodings import decode
from warehouse.cells import Reading, kind_of
from warehouse.cells.legacy import repair_text
from warehouse.cells.words import clean, fold_key, mask_personal, shown_text
from warehouse.declaration import form_tables
from warehouse.periods import period_of


@pytest.mark.parametrize(
    ("cell", "value", "state"),
    [
        ("n:2065", 2065, "value"),
        ("s:2.065", 2065, "value"),
        ("s:1.234.567", 1234567, "value"),
        ("s:2 065", 2065, "value"),
        ("s:4055", 4055, "value"),
        ("s:01", 1, "value"),
        ("s:ba", 3, "value"),
        ("s:hai mươi lăm", 25, "value"),
        ("s:30 vạn", 300_000, "value"),
        ("s:57 ngàn", 57_000, "value"),
        ("s:1,5 triệu", 1_500_000, "value"),
        ("s:12 người", 12, "value"),
        ("s:gần 200", 200, "gan"),
        ("s:trên 1.000", 1000, "tren"),
        ("s:khoảng 50 người", 50, "khoang"),
        ("n:0", 0, "zero"),
        ("s:0", 0, "zero"),
        ("s:không", None, "none_stated"),
        ("s:-", None, "none_stated"),
        (None, None, "not_reported"),
    ],
)
def test_counts(cell: str | None, value: int | None, state: str) -> None:
    read = kind_of("count").read(cell)
    assert (read.value, read.state, read.issue) == (value, state, None)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("n:2.065", "V-COUNT-FRACTION"),  # typed in an en-US Excel: asked about, never 2
        ("s:2,5", "V-COUNT-FRACTION"),
        ("s:12.5", "V-AMBIGUOUS"),
        ("s:1.12", "V-AMBIGUOUS"),
        ("n:-3", "V-NEGATIVE"),
        ("s:nhiều", "V-COUNT"),
        ("d:2013-08-30", "V-COUNT"),
        ("e:#REF!", "V-EXCEL-ERROR"),
        ("n:9999999999999", "V-RANGE"),
        ("n:1e+400", "V-RANGE"),
        ("s:" + "9" * 5000, "V-RANGE"),  # Python itself refuses to read it
        ("s:0.065", "V-AMBIGUOUS"),  # never 65
        ("s:1,23456 vạn", "V-COUNT-FRACTION"),  # never rounded
        ("s:0912345678", "V-PERSONAL"),
    ],
)
def test_counts_that_are_asked_about(cell: str, code: str) -> None:
    read = kind_of("count").read(cell)
    assert (read.value, read.issue) == (None, code)


@given(st.integers(0, 10**12))
def test_a_count_survives_its_vietnamese_print(n: int) -> None:
    assert kind_of("count").read("s:" + f"{n:,}".replace(",", ".")).value == n
    assert kind_of("count").read(f"n:{n}").value == n


@pytest.mark.parametrize(
    ("cell", "value", "code"),
    [
        ("s:1.115/1.122", (1115, 1122), None),
        ("s:9/10", (9, 10), None),
        ("d:2024-10-09", None, "V-RATIO-DATE"),
        ("s:1115", None, "V-RATIO"),
        ("s:1.12/2", None, "V-AMBIGUOUS"),
        ("s:1/" + "9" * 30, None, "V-RANGE"),
        ("s:1/" + "9" * 5000, None, "V-COUNT"),
    ],
)
def test_ratios(cell: str, value: object, code: str | None) -> None:
    read = kind_of("ratio").read(cell)
    assert (read.value, read.issue) == (value, code)


def test_a_qualified_ratio_keeps_its_qualifier() -> None:
    assert kind_of("ratio").read("s:gần 1.115/1.122").state == "gan"


@pytest.mark.parametrize(
    ("cell", "value", "code"),
    [
        ("s:99%", (99.0, 0), None),
        ("s:99,16%", (99.16, 2), None),
        ("s:đạt 99%", (99.0, 0), None),
        ("n:0.99", None, "V-AMBIGUOUS"),
        ("n:0.5", None, "V-AMBIGUOUS"),
        ("n:2", None, "V-AMBIGUOUS"),
        ("n:0", (0.0, 0), None),
        ("n:2.5", (2.5, 1), None),
        ("n:99", (99.0, 0), None),
        ("n:-0.5", None, "V-NEGATIVE"),
        ("s:1,5", None, "V-AMBIGUOUS"),
        ("s:1,5%", (1.5, 1), None),
        ("s:0.125", None, "V-AMBIGUOUS"),
        ("s:" + "9" * 400 + "%", None, "V-COUNT"),
        ("n:1", None, "V-AMBIGUOUS"),
        ("s:0,99", None, "V-AMBIGUOUS"),
    ],
)
def test_percents_keep_the_digits_printed(cell: str, value: object, code: str | None) -> None:
    read = kind_of("percent").read(cell)
    assert (read.value, read.issue) == (value, code)


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("s:30/8/2013", date(2013, 8, 30)),
        ("s:30-08-2013", date(2013, 8, 30)),
        ("s:30.8.13", date(2013, 8, 30)),
        ("s:01/02/68", date(1968, 2, 1)),
        ("s:ngày 30 tháng 8 năm 2013", date(2013, 8, 30)),
        ("n:41516", date(2013, 8, 30)),
        ("d:2013-08-30", date(2013, 8, 30)),
    ],
)
def test_dates_are_day_first(cell: str, day: date) -> None:
    assert kind_of("date").read(cell).value == day


@pytest.mark.parametrize(
    "cell",
    [
        "s:31/02/2018",
        "s:2/30/2018",
        "s:tháng 8",
        "n:12.5",
        "n:3",
        "n:2024",
        "s:30/8/0213",
        "s:30/8/2103",
        "n:" + "9" * 30,
    ],
)
def test_a_date_that_is_none(cell: str) -> None:
    assert kind_of("date").read(cell).issue == "V-DATE"


def test_a_decimal_with_a_dot_is_asked_about() -> None:
    assert kind_of("decimal").read("s:92,5").value == 92.5
    assert kind_of("decimal").read("n:92.5").value == 92.5
    assert kind_of("decimal").read("s:92.5").issue == "V-AMBIGUOUS"


def test_yes_and_no() -> None:
    assert [kind_of("yes_no").read(c).value for c in ("s:Có", "s:x", "b:true", "s:Không", "s:chưa", "b:false")] == [
        True
    ] * 3 + [False] * 3
    assert kind_of("yes_no").read("s:có thể").issue == "V-YES-NO"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Chương trình hành động số 32-CTr/TU, ngày 30/8/2013", ("32-CTr/TU", date(2013, 8, 30))),
        ("Nghị định 60/NĐ-CP của Thủ tướng Chính phủ", ("60/NĐ-CP", None)),
        ("145/2020/NĐ-CP, ngày 14/12/2020", ("145/2020/NĐ-CP", date(2020, 12, 14))),
        ("10/2022/QH15", ("10/2022/QH15", None)),
        ("05-CT/TW ngày 15 tháng 5 năm 2016", ("05-CT/TW", date(2016, 5, 15))),
    ],
)
def test_citations_are_kept_as_printed(text: str, value: object) -> None:
    assert kind_of("citation").read("s:" + text).value == value


def test_half_a_date_of_a_document_is_asked_about() -> None:
    assert kind_of("citation").read("s:32-CTr/TU ngày 30/8").issue == "V-DATE"


def test_codes_by_label_synonym_and_code_whatever_the_spelling() -> None:
    field = form_tables()["model"].column("field_code")
    read = kind_of("code").read
    assert read("s:  xây dựng  HỆ THỐNG chính trị ", field).value == "HTCT"
    assert read("s:Văn hoá - xã hội", field).value == read("s:Văn hóa - xã hội", field).value == "VHXH"
    assert read("s:vhxh", field).value == "VHXH"
    assert read("s:khác nữa", field).issue == "V-CODE"
    with pytest.raises(ValueError, match="no code list"):
        read("s:khác")


@pytest.mark.parametrize(("a", "b", "same"), [
    ("hoà", "hòa", True), ("uỷ", "ủy", True), ("thuỷ", "thủy", True), ("quý", "qúy", False), ("hoàn", "hòan", False),
    ("Cty  A\u00a0B", "cty a b", True), ("“A”", '"A"', True),
])  # fmt: skip
def test_tone_placement_is_folded_for_keys_only(a: str, b: str, same: bool) -> None:
    assert (fold_key(a) == fold_key(b)) is same
    assert clean(a) != clean(b) or a == b or "\u00a0" in a or "“" in a


def test_decomposed_text_from_a_mac_is_composed() -> None:
    assert clean("D\u00e2n v\u00e2\u0323n kh\u00e9o") == "Dân vận khéo"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_csv_encodings(encoding: str) -> None:
    text, found = decode("Kiểm tra, giám sát".encode(encoding))
    assert (text, found) == ("Kiểm tra, giám sát", [])


def test_windows_1258_and_utf8_read_as_cp1252() -> None:
    assert decode("Ti\u00ea\u0301ng Vi\u00ea\u0323t c\u01a1".encode("cp1258"))[0] == "Tiếng Việt cơ"
    text, found = decode("Ä\x90áº£ng bá»™".encode())
    assert (text, [f.code for f in found]) == ("Đảng bộ", ["F-MOJIBAKE"])


def test_legacy_fonts_are_converted_when_certain_and_else_quarantined() -> None:
    assert repair_text("c«ng t¸c d©n vËn") == "công tác dân vận"
    assert repair_text("coâng taùc daân vaän") == "công tác dân vận"
    assert repair_text("Gióp ®ì ng\u00adêi nghÌo, trÎ em, mÑ, bÐ") == "Giúp đỡ người nghèo, trẻ em, mẹ, bé"
    assert repair_text("nhiÖm vô cÊp c«ng nhËn") == "nhiệm vụ cấp công nhận"
    assert repair_text("chæ ñaïo cuûa môùi") == "chỉ đạo của mới"
    assert kind_of("text").read("s:thaùng").issue == "V-LEGACY-ENCODING"
    assert kind_of("text").read("s:thu hót ng\u00adêi").issue == "V-LEGACY-ENCODING"


@pytest.mark.parametrize(
    "text", ["Công tác", "«Công tác»", "Công ty Samsung®", "hoà", "uê", "CÔNG TÁC", "Müller", "Citroën C4"]
)
def test_unicode_is_never_taken_for_a_legacy_font(text: str) -> None:
    assert repair_text(text) in (text, None)
    assert repair_text(text) == text or not _only_vietnamese(text)


def _only_vietnamese(text: str) -> bool:
    return not set("®üë") & set(text)


@pytest.mark.parametrize("text", ["gọi 0912 345 678", "CCCD 012345678901", "a.b@example.vn", "024 3825 345 678"])
def test_personal_data_is_refused_and_masked(text: str) -> None:
    assert kind_of("text").read("s:" + text).issue == "V-PERSONAL"
    assert "***" in mask_personal(text)
    assert not any(part in mask_personal(text) for part in ("345 678", "345678901", "example"))


def test_what_a_finding_shows_is_short_plain_and_quick_to_find() -> None:
    assert shown_text("a\x1b[31mb\u202ec\0 gọi 0912 345 678") == "a[31mbc gọi ***"
    started = time.perf_counter()
    assert len(shown_text("1.111" * 25_000)) == 80
    assert len(mask_personal("1.111" * 25_000)) == 125_000
    assert time.perf_counter() - started < 5, "a long cell must not stop a batch"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Năm 2024", "2024-Y"),
        ("6 tháng đầu năm 2024", "2024-H1"),
        ("9 tháng năm 2024", "2024-9M"),
        ("Quý III/2024", "2024-Q3"),
        ("Tháng 7/2024", "2024-M07"),
        ("2024-y", "2024-Y"),
        ("Tổng kết 30/08/2013 - 30/08/2016", "20130830-20160830-R"),
    ],
)
def test_periods_as_cover_sheets_write_them(text: str, code: str) -> None:
    found = period_of(text)
    assert found is not None
    assert found.period_id == code


def test_a_period_that_is_none() -> None:
    assert period_of("kỳ này") is None
    assert period_of("2024-Q5") is None


@pytest.mark.parametrize("text", ["0001-Y", "9999-Y", "2199-Q1", "00010101-20200101-R", "năm 0024"])
def test_a_year_that_no_report_can_be_of_stops_no_batch(text: str) -> None:
    assert period_of(text) is None


@pytest.mark.parametrize(
    "text",
    [
        '=HYPERLINK("http://x")',
        "@SUM(A1)",
        "+cmd(1)",
        "-WEBSERVICE(1)",
        "Tổ <script>alert(1)</script>",
        "</td>",
        "&#60;b",
    ],
)
def test_a_formula_or_markup_is_no_text_and_is_shown_disarmed(text: str) -> None:
    assert kind_of("text").read("s:" + text).issue == "V-MARKUP"
    assert shown_text(text)[0] not in "=@+-<"
    assert "<" not in shown_text(text)


@pytest.mark.parametrize("text", ["+ Tuyên truyền", "-Tổ dân phố (2)", "dưới < 5 %", "a <-> b", "A & B", "1 = 1"])
def test_a_text_that_only_has_their_signs_is_a_text(text: str) -> None:
    assert kind_of("text").read("s:" + text) == Reading(text, "value")
