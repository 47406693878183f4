"""One mistake of a clerk is one finding: what follows from it is not said again, and what is no mistake is not said at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import openpyxl
import pytest

from assets.sample.files import write_report
from tests.support import clean_rows, put, query, report_of, take

if TYPE_CHECKING:
    from pathlib import Path

    from warehouse.home import Home

ALL = "SELECT code, sheet, cell FROM intake.finding ORDER BY ALL"


def _edited(home: Home, change: object, period: str = "2024-Y") -> None:
    """Send a clean report whose workbook ``change`` was done to."""
    path: Path = write_report(home.root, replace(report_of(104, period, clean_rows(2024)), suffix="_x"), seed=1)
    book = openpyxl.load_workbook(path)
    for sheet in book.worksheets:
        sheet.protection.sheet = False
    change(book)  # type: ignore[operator]
    book.save(path)
    path.rename(home.inbox / path.name)
    take(home)


@pytest.mark.parametrize(
    ("table", "row", "code"),
    [
        ("organisation", {"person_role_code": "Trưởng ban gì đó"}, "V-CODE"),  # O-PERSON-NO-ROLE
        (
            "training",
            {"training_kind_code": "quan_triet", "document_number": "công văn không số"},
            "V-CITATION",
        ),  # T-DOC-MISSING
        ("training", {"training_kind_code": "học gì đó"}, "V-CODE"),  # T-CLASS-DAYS
        ("training", {"attendee_count": "mấy chục"}, "V-COUNT"),
        ("dialogue", {"petition_raised_count": "nhiều"}, "V-COUNT"),
    ],
)
def test_a_cell_that_cannot_be_read_is_not_called_empty_by_other_rules(
    home: Home, table: str, row: dict[str, object], code: str
) -> None:
    rows = clean_rows(2024)
    rows[table][0] |= row
    put(home.inbox, report_of(104, "2024-Y", rows))
    take(home)
    assert [c for c, *_ in query(home, ALL)] == [code]


def test_a_warning_about_a_cell_does_not_hide_that_it_must_be_filled(home: Home) -> None:
    rows = clean_rows(2024)
    rows["training"][0]["session_count"] = "chưa có"
    put(home.inbox, report_of(104, "2024-Y", rows))
    assert len(take(home).rejected) == 1
    assert [c for c, *_ in query(home, ALL)] == ["TRN-SESSION-COUNT-MISSING", "V-NOT-YET"]


def test_a_missing_code_of_an_inspection_does_not_orphan_its_findings(home: Home) -> None:
    rows = clean_rows(2024)
    rows["inspection"][0]["inspection_code"] = None
    put(home.inbox, report_of(104, "2024-Y", rows))
    take(home)
    assert [c for c, *_ in query(home, ALL)] == ["INS-INSPECTION-CODE-MISSING"]


@pytest.mark.parametrize("table", ["1. Quán triệt - tập huấn", "2. Dân vận khéo", "3. Kiểm tra - giám sát"])
@pytest.mark.parametrize("shift", [1, -1])
def test_a_table_beside_its_headers_is_one_finding(home: Home, table: str, shift: int) -> None:
    def shifted(book: openpyxl.Workbook) -> None:
        sheet = book[table]
        if shift > 0:
            sheet.move_range(f"A7:N{sheet.max_row}", cols=1)
        else:
            sheet.move_range(f"B7:N{sheet.max_row}", cols=-1)

    _edited(home, shifted)
    found = [f for f in query(home, ALL) if not f[0].startswith(("K-INSPECTION", "H-CELL-OUTSIDE", "H-FORMULA"))]
    assert [(c, s) for c, s, _ in found] == [("H-TABLE-SHIFTED", table)]
    assert query(home, "SELECT verdict FROM intake.submission WHERE form_code = 'BCDV'") == [("rejected",)]


def test_a_table_with_many_mistakes_of_its_own_is_not_called_shifted(home: Home) -> None:
    rows = clean_rows(2024)
    rows["training"][0] |= {
        "training_kind_code": "gì đó",
        "session_count": "hai ba",
        "attendee_count": "đông",
        "day_count": "?",
    }
    put(home.inbox, report_of(104, "2024-Y", rows))
    take(home)
    assert {c for c, *_ in query(home, ALL)} == {"V-CODE", "V-COUNT"}


@pytest.mark.parametrize(
    "note",
    ["* Số người dự gồm cả trực tuyến", "Ghi chú: số liệu tính đến 15/12", "(*) Có 2 lớp phối hợp với huyện", "Lưu ý: chưa gồm chi bộ 3",
     "Số liệu trên chưa bao gồm số người dự học trực tuyến"],
)  # fmt: skip
def test_a_remark_under_the_table_is_told_and_not_taken_for_a_row(home: Home, note: str) -> None:
    def noted(book: openpyxl.Workbook) -> None:
        book["1. Quán triệt - tập huấn"]["B9"] = note

    _edited(home, noted)
    assert query(home, ALL) == [("H-ROW-NOTE", "1. Quán triệt - tập huấn", "B9")]
    assert query(home, "SELECT count(*) FROM core.fact_training") == [(1,)]


def test_a_row_with_one_cell_that_is_no_remark_stays_a_row(home: Home) -> None:
    def code_only(book: openpyxl.Workbook) -> None:
        book["2. Dân vận khéo"]["B8"] = "M09"

    _edited(home, code_only)
    assert ("MDL-FIELD-CODE-MISSING", "2. Dân vận khéo", "E8") in query(home, ALL)


@pytest.mark.parametrize(("stated", "is_found"), [(20, False), (60, False), (40, False), (19, True), (61, True)])
def test_members_of_one_unit_in_several_rows_need_not_add_up(home: Home, stated: int, is_found: bool) -> None:
    rows = clean_rows(2024)
    day: dict[str, object] = {"document_number": "149/2018/NĐ-CP", "document_date": date(2018, 11, 7)}
    first = rows["training"][0]
    rows["training"] = [first | {"audience_code": a} | day for a in ("dang_vien", "can_bo_dan_van", "nguoi_lao_dong")]

    def totalled(book: openpyxl.Workbook) -> None:
        sheet = book["1. Quán triệt - tập huấn"]
        header = {c.value: c.column for c in sheet[6] if c.value} | {c.value: c.column for c in sheet[5] if c.value}
        sheet.cell(10, 2, "Tổng cộng")
        sheet.cell(10, header["Tổng số đảng viên"], stated)

    path = write_report(home.root, replace(report_of(104, "2024-Y", rows), suffix="_x"), seed=1)
    book = openpyxl.load_workbook(path)
    totalled(book)
    book.save(path)
    path.rename(home.inbox / path.name)
    take(home)
    assert [c for c, *_ in query(home, ALL)] == (["A-FOOT"] if is_found else [])


@pytest.mark.parametrize(
    ("text", "number", "day"),
    [("CT 32-CTr/TU và NQ 25-NQ/TW ngày 3/6/2013", "32-CTr/TU", None),
     ("32-CTr/TU ngày 30/8/2013; 25-NQ/TW ngày 3/6/2013", "32-CTr/TU", date(2013, 8, 30)),
     ("32-CTr/TU, 30/8/2013", "32-CTr/TU", date(2013, 8, 30))],
)  # fmt: skip
def test_the_date_of_a_second_citation_is_not_the_first_ones(text: str, number: str, day: date | None) -> None:
    from warehouse.cells import kind_of

    assert kind_of("citation").read(f"s:{text}").value == (number, day)
