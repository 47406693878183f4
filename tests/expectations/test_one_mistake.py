"""One mistake of a clerk is one finding: what follows from it is not said again, and what is no mistake is not said at all."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import openpyxl
import pytest

from assets.sample.files import write_report
from tests.support import Rows, clean_rows, query, report_of, take, told

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from assets.check import Checked
    from warehouse.home import Home


def _codes(said: Checked) -> list[str]:
    return sorted(f["code"] for f in said.findings)


def _changed(
    folder: Path, change: Callable[[openpyxl.Workbook], None], rows: Rows | None = None, unit: int = 104
) -> Path:
    """A report, clean but for ``rows``, whose workbook ``change`` was done to."""
    path: Path = write_report(folder, report_of(unit, "2024-Y", rows or clean_rows(2024)), seed=1)
    book = openpyxl.load_workbook(path)
    for sheet in book.worksheets:
        sheet.protection.sheet = False
    change(book)
    book.save(path)
    return path


def _edited(home: Home, folder: Path, change: Callable[[openpyxl.Workbook], None], rows: Rows | None = None) -> Checked:
    """What is said of such a report."""
    return told(home, _changed(folder, change, rows), folder)


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
    registered: Home, tmp_path: Path, table: str, row: dict[str, object], code: str
) -> None:
    rows = clean_rows(2024)
    rows[table][0] |= row
    assert _codes(told(registered, report_of(104, "2024-Y", rows), tmp_path)) == [code]


def test_a_warning_about_a_cell_does_not_hide_that_it_must_be_filled(registered: Home, tmp_path: Path) -> None:
    rows = clean_rows(2024)
    rows["training"][0]["session_count"] = "chưa có"
    said = told(registered, report_of(104, "2024-Y", rows), tmp_path)
    assert (said.verdict, _codes(said)) == ("rejected", ["TRN-SESSION-COUNT-MISSING", "V-NOT-YET"])


def test_a_missing_code_of_an_inspection_does_not_orphan_its_findings(registered: Home, tmp_path: Path) -> None:
    rows = clean_rows(2024)
    rows["inspection"][0]["inspection_code"] = None
    assert _codes(told(registered, report_of(104, "2024-Y", rows), tmp_path)) == ["INS-INSPECTION-CODE-MISSING"]


@pytest.mark.parametrize("table", ["1. Quán triệt - tập huấn", "2. Dân vận khéo", "3. Kiểm tra - giám sát"])
@pytest.mark.parametrize("shift", [1, -1])
def test_a_table_beside_its_headers_is_one_finding(registered: Home, tmp_path: Path, table: str, shift: int) -> None:
    def shifted(book: openpyxl.Workbook) -> None:
        sheet = book[table]
        if shift > 0:
            sheet.move_range(f"A7:N{sheet.max_row}", cols=1)
        else:
            sheet.move_range(f"B7:N{sheet.max_row}", cols=-1)

    said = _edited(registered, tmp_path, shifted)
    beside = ("K-INSPECTION", "H-CELL-OUTSIDE", "H-FORMULA")
    found = [(f["code"], f["sheet"]) for f in said.findings if not f["code"].startswith(beside)]
    assert (said.verdict, found) == ("rejected", [("H-TABLE-SHIFTED", table)])


def test_a_table_with_many_mistakes_of_its_own_is_not_called_shifted(registered: Home, tmp_path: Path) -> None:
    rows = clean_rows(2024)
    rows["training"][0] |= {
        "training_kind_code": "gì đó",
        "session_count": "hai ba",
        "attendee_count": "đông",
        "day_count": "?",
    }
    assert set(_codes(told(registered, report_of(104, "2024-Y", rows), tmp_path))) == {"V-CODE", "V-COUNT"}


REMARKS = [
    "* Số người dự gồm cả trực tuyến", "Ghi chú: số liệu tính đến 15/12", "(*) Có 2 lớp phối hợp với huyện",
    "Lưu ý: chưa gồm chi bộ 3", "Số liệu trên chưa bao gồm số người dự học trực tuyến",
]  # fmt: skip


def _noted(note: str) -> Callable[[openpyxl.Workbook], None]:
    def noted(book: openpyxl.Workbook) -> None:
        book["1. Quán triệt - tập huấn"]["B9"] = note

    return noted


@pytest.mark.parametrize("note", REMARKS)
def test_a_remark_under_the_table_is_told(registered: Home, tmp_path: Path, note: str) -> None:
    found = [(f["code"], f["sheet"], f["cell"]) for f in _edited(registered, tmp_path, _noted(note)).findings]
    assert found == [("H-ROW-NOTE", "1. Quán triệt - tập huấn", "B9")]


def test_remarks_are_not_taken_for_rows(home: Home) -> None:
    units = (104, 105, 106, 108, 109)
    for unit, note in zip(units, REMARKS, strict=True):
        _changed(home.inbox, _noted(note), unit=unit)
    assert len(take(home).accepted) == len(units)
    assert query(home, "SELECT unit_id, count(*) FROM core.fact_training GROUP BY 1 ORDER BY 1") == [
        (u, 1) for u in units
    ]


def test_a_row_with_one_cell_that_is_no_remark_stays_a_row(registered: Home, tmp_path: Path) -> None:
    def code_only(book: openpyxl.Workbook) -> None:
        book["2. Dân vận khéo"]["B8"] = "M09"

    found = [(f["code"], f["sheet"], f["cell"]) for f in _edited(registered, tmp_path, code_only).findings]
    assert ("MDL-FIELD-CODE-MISSING", "2. Dân vận khéo", "E8") in found


@pytest.mark.parametrize(("stated", "is_found"), [(20, False), (60, False), (40, False), (19, True), (61, True)])
def test_members_of_one_unit_in_several_rows_need_not_add_up(
    registered: Home, tmp_path: Path, stated: int, is_found: bool
) -> None:
    rows = clean_rows(2024)
    day: dict[str, object] = {"document_number": "149/2018/NĐ-CP", "document_date": date(2018, 11, 7)}
    first = rows["training"][0]
    rows["training"] = [first | {"audience_code": a} | day for a in ("dang_vien", "can_bo_dan_van", "nguoi_lao_dong")]

    def totalled(book: openpyxl.Workbook) -> None:
        sheet = book["1. Quán triệt - tập huấn"]
        header = {c.value: c.column for c in sheet[6] if c.value} | {c.value: c.column for c in sheet[5] if c.value}
        sheet.cell(10, 2, "Tổng cộng")
        sheet.cell(10, header["Tổng số đảng viên"], stated)

    assert _codes(_edited(registered, tmp_path, totalled, rows)) == (["A-FOOT"] if is_found else [])


@pytest.mark.parametrize(
    ("text", "number", "day"),
    [("CT 32-CTr/TU và NQ 25-NQ/TW ngày 3/6/2013", "32-CTr/TU", None),
     ("32-CTr/TU ngày 30/8/2013; 25-NQ/TW ngày 3/6/2013", "32-CTr/TU", date(2013, 8, 30)),
     ("32-CTr/TU, 30/8/2013", "32-CTr/TU", date(2013, 8, 30))],
)  # fmt: skip
def test_the_date_of_a_second_citation_is_not_the_first_ones(text: str, number: str, day: date | None) -> None:
    from warehouse.cells import kind_of

    assert kind_of("citation").read(f"s:{text}").value == (number, day)
