"""Thousands of findings of one code: a hundred are listed, all are counted, in the ledger, the check and the receipt."""

from __future__ import annotations

import hashlib
import json

import openpyxl
from openpyxl.cell.cell import MergedCell

from assets.check import check
from tests.support import clean_rows, put, query, report_of, take, take_and_answer
from warehouse.home import Home

SHEET = "1. Quán triệt - tập huấn"


def _swamped(home: Home, rows: int) -> str:
    """A report that fails in each of so many rows, in two columns; returns its submission."""
    (path,) = put(home.inbox, report_of(104, "2024-Y", clean_rows(2024)))
    book = openpyxl.load_workbook(path)
    sheet = book[SHEET]
    values = [c.value for c in sheet[7]]
    for row in range(7, 7 + rows):
        for column, value in enumerate(values, start=1):
            if not isinstance(sheet.cell(row, column), MergedCell):
                sheet.cell(row, column).value = value
        sheet[f"F{row}"] = sheet[f"G{row}"] = -1
    book.save(path)
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]


def test_of_a_thousand_equal_findings_a_hundred_are_listed_and_all_are_counted(home: Home) -> None:
    submission = _swamped(home, 700)
    (checked,) = check(home, list(home.inbox.rglob("*.xlsx")))
    take_and_answer(home)
    by_code = query(
        home,
        "SELECT code, count(*), count(more_count), max(more_count) FROM intake.finding WHERE submission_id = ? "
        "AND severity = 'error' GROUP BY 1 ORDER BY 1",
        [submission],
    )
    assert ("V-NEGATIVE", 100, 1, 1300) in by_code
    ((errors,),) = query(home, "SELECT error_count FROM intake.submission WHERE submission_id = ?", [submission])
    assert errors == sum(listed + (more or 0) for _, listed, _, more in by_code)
    receipt = json.loads((home.receipts / f"{submission}.json").read_bytes())
    assert receipt["counts"]["error"] == errors
    assert checked.count == sum(receipt["counts"].values())
    texts = [c.value for c in openpyxl.load_workbook(home.receipts / f"{submission}.xlsx").worksheets[0]["E"]]
    assert any(str(t).endswith("Và 1.300 chỗ khác cùng lỗi này, không liệt kê.") for t in texts)


def test_a_finding_beyond_the_listed_ones_is_neither_new_nor_fixed(home: Home) -> None:
    _swamped(home, 150)
    take(home)
    book_of = report_of(104, "2024-Y", clean_rows(2024), {"revision": 2})
    (path,) = put(home.inbox, book_of)
    book = openpyxl.load_workbook(path)
    for row in range(7, 20):
        for cell in book[SHEET][7]:
            book[SHEET].cell(row, cell.column).value = cell.value
    book[SHEET]["G7"] = book[SHEET]["F7"] = -1
    book.save(path)
    take(home)
    lives = query(
        home,
        "SELECT revision, life, count(*) FROM intake.finding JOIN intake.submission USING (submission_id) "
        "WHERE code = 'V-NEGATIVE' GROUP BY ALL ORDER BY ALL",
    )
    assert lives[-1][:2] == (2, "open")
    assert {life for revision, life, _ in lives if revision == 1} <= {"new", "fixed"}
