"""Rows behind "Trong đó" that name no entry of the list: parts of the row above, or a question that a clerk understands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import openpyxl
import pytest

from tests.support import clean_rows, put, query, report_of, take

if TYPE_CHECKING:
    from warehouse.home import Home

SHEET = "1. Quán triệt - tập huấn"
FINDINGS = "SELECT code, cell FROM intake.finding WHERE severity <> 'info' ORDER BY ALL"
ATTENDEES = "SELECT attendee_count FROM core.fact_training ORDER BY ALL"
OWN = {"B": "Quán triệt", "C": "Đảng viên", "D": "05-CT/TW ngày 15/5/2016", "E": 1, "G": 30, "H": 20, "I": 20}


def _sent(home: Home, *rows: dict[str, object]) -> list[tuple[str, str | None]]:
    """Send a report with rows below the one training row (2 sessions, 40 attendees); returns the findings."""
    (path,) = put(home.inbox, report_of(104, "2024-Y", clean_rows(2024)))
    book = openpyxl.load_workbook(path)
    for n, row in enumerate(rows, start=8):
        for column, value in row.items():
            book[SHEET][f"{column}{n}"] = value
    book.save(path)
    take(home)
    return query(home, FINDINGS)


@pytest.mark.parametrize(
    "rows",
    [
        ({"B": "Trong đó:"}, {"B": "Số người dự trực tuyến", "G": 12}),
        ({"B": "Trong đó"}, {"B": "- Nữ", "G": 12}, {"B": "- Dân tộc thiểu số", "G": 40, "H": 3}),
        ({"A": "Trong đó", "B": "Nữ", "G": 12},),
        ({"B": "Chia ra:"}, {"A": "Nữ", "G": 0}),
    ],
)
def test_a_label_with_figures_that_the_row_above_can_hold_is_a_part_of_it(
    home: Home, rows: tuple[dict[str, object], ...]
) -> None:
    found = _sent(home, *rows)
    assert sorted(found) == sorted(("H-ROW-OF-WHICH", f"{n}:{n}") for n in range(8, 8 + len(rows)))
    assert query(home, ATTENDEES) == [(40,)]
    ((read, data, parts),) = query(
        home, "SELECT read_count, data_count, total_count FROM intake.row_count WHERE table_name = 'training'"
    )
    assert (data, parts) == (1, len(rows))
    assert read >= data + parts


@pytest.mark.parametrize(
    "row",
    [
        {"B": "Số người dự trực tuyến", "G": 41},  # more than the whole
        {"B": "Lớp nghiệp vụ", "C": "Đảng viên", "G": 12},  # an audience of its own
        {"B": "Tập huấn nghiệp vụ dân vận khéo", "G": "mấy chục"},
        {"B": "Quán triệtt", "E": 1, "G": 12},  # an entry, written wrong
        {"B": "Lớp ngắn", "F": 2},  # days, of which the row above says nothing
    ],
)
def test_what_may_be_a_row_of_its_own_is_asked_about_once_and_not_lost(home: Home, row: dict[str, object]) -> None:
    (path,) = put(
        home.inbox,
        report_of(
            104, "2024-Y", clean_rows(2024) | {"training": [clean_rows(2024)["training"][0] | {"day_count": None}]}
        ),
    )
    book = openpyxl.load_workbook(path)
    book[SHEET]["B8"] = "Trong đó:"
    for column, value in row.items():
        book[SHEET][f"{column}9"] = value
    book.save(path)
    assert len(take(home).rejected) == 1
    assert [f for f in query(home, FINDINGS) if f[0] != "H-ROW-OF-WHICH"] == [("H-ROW-PART", "B9")]
    ((remedy,),) = query(home, "SELECT remedy FROM intake.finding WHERE code = 'H-ROW-PART'")
    assert "chi tiết của dòng trên" in remedy


def test_a_row_that_names_an_entry_is_a_row_of_its_own_and_ends_the_parts(home: Home) -> None:
    found = _sent(home, {"B": "Trong đó:"}, {"B": "Nữ", "G": 5}, dict(OWN))
    assert found == [("H-ROW-OF-WHICH", "8:8"), ("H-ROW-OF-WHICH", "9:9")]
    assert query(home, ATTENDEES) == [(30,), (40,)]


def test_without_such_a_row_above_a_label_that_is_no_entry_is_an_error_of_its_cell(home: Home) -> None:
    assert ("V-CODE", "B8") in _sent(home, {"B": "Số người dự trực tuyến", "E": 1, "G": 12})
