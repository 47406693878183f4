"""Receipts that are mended in place and sent as the next report: nothing of the receipt is left in it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import openpyxl

from assets.check import check
from tests.support import clean_rows, copy_home, findings, one_submission, put, query, report_of, take_and_answer
from warehouse.home import Home

SHEET = "1. Quán triệt - tập huấn"


def _mend(receipt: Path, folder: Path, **cells: tuple[str, object]) -> Path:
    """Mend cells (address -> sheet, value) in a receipt and send it as it is."""
    book = openpyxl.load_workbook(receipt)
    for address, (sheet, value) in cells.items():
        book[sheet][address] = value
    sent = folder / "gui-lai.xlsx"
    book.save(sent)
    return sent


def _reds(book: openpyxl.Workbook) -> set[str]:
    cells = (c for s in book.worksheets[1:] for row in s.iter_rows() for c in row if c.has_style)
    return {c.coordinate for c in cells if c.fill.fgColor.rgb == "FFF4C7C3"}


def test_a_receipt_that_is_mended_in_place_is_the_next_report(rejected: tuple[Home, str], tmp_path: Path) -> None:
    """Its list is danvan's own, the next receipt has one list, and of the mended cell no colour or note is left."""
    home = copy_home(rejected[0], tmp_path)
    receipt = home.receipts / f"{rejected[1]}.xlsx"
    assert "sửa ngay trong tệp này" in openpyxl.load_workbook(receipt).worksheets[0]["A5"].value
    sent = _mend(receipt, home.inbox, G7=(SHEET, 40))
    assert [f["code"] for f in check(home, [sent])[0].findings] == ["O-PERSON-NO-ROLE"]
    take_and_answer(home)
    ((mended, verdict),) = query(
        home, "SELECT submission_id, verdict FROM intake.submission WHERE file_name = 'gui-lai.xlsx'"
    )
    assert verdict == "accepted"
    assert {f[0] for f in findings(home, "gui-lai.xlsx")} == {"O-PERSON-NO-ROLE"}
    book = openpyxl.load_workbook(home.receipts / f"{mended}.xlsx")
    assert [s for s in book.sheetnames if s.startswith("Kết quả")] == ["Kết quả tiếp nhận"]
    assert "TRẢ LẠI" not in book.worksheets[0]["A3"].value
    assert _reds(book) == set()
    assert book[SHEET]["G7"].comment is None
    assert book["6. Tổ chức - cán bộ"]["E7"].fill.fgColor.rgb == "FFFCE8B2", "the warning is still there"


def test_a_mended_cell_gets_the_fill_of_its_form_back(home: Home) -> None:
    rows = clean_rows(2024)
    rows["training"][0]["session_count"] = -1  # of findings on the cover alone the receipt is a page
    (path,) = put(home.inbox, report_of(104, "2024-Y", rows, {"cutoff_date": date(2031, 1, 1)}))
    cover = openpyxl.load_workbook(path).worksheets[0]
    place = next(c.coordinate for c in cover["B"] if str(c.value).endswith("2031"))
    plain = cover[place].fill.fgColor.rgb
    take_and_answer(home)
    first = openpyxl.load_workbook(home.receipts / f"{one_submission(home)}.xlsx")
    assert first[cover.title][place].fill.fgColor.rgb == "FFF4C7C3"
    told = {place: (cover.title, date(2024, 12, 31)), "E7": (SHEET, 2), "G7": (SHEET, -1)}
    _mend(home.receipts / f"{one_submission(home)}.xlsx", home.inbox, **told)
    take_and_answer(home)
    ((second,),) = query(home, "SELECT submission_id FROM intake.submission WHERE file_name = 'gui-lai.xlsx'")
    book = openpyxl.load_workbook(home.receipts / f"{second}.xlsx")
    assert (book[cover.title][place].fill.fgColor.rgb, book[cover.title][place].comment) == (plain, None)
    assert _reds(book) == {"G7"}


def test_a_blank_cell_below_the_printed_rows_can_be_mended_in_the_receipt(home: Home) -> None:
    """The file does not name it, its column's format makes it yellow and open: so it is marked, and so it is again."""
    (path,) = put(home.inbox, report_of(104, "2024-Y", clean_rows(2024)))
    book = openpyxl.load_workbook(path)
    for letter, value in zip("CEFGHI", ("Đảng viên", 1, 1, 20, 10, 20), strict=True):
        book[SHEET][f"{letter}40"] = value
    book.save(path)
    take_and_answer(home)
    receipt = home.receipts / f"{one_submission(home)}.xlsx"
    marked = openpyxl.load_workbook(receipt)[SHEET]["B40"]
    assert (marked.fill.fgColor.rgb, marked.protection.locked) == ("FFF4C7C3", False)
    _mend(receipt, home.inbox, B40=(SHEET, "Tập huấn nghiệp vụ"), G7=(SHEET, -1))
    take_and_answer(home)
    ((second,),) = query(home, "SELECT submission_id FROM intake.submission WHERE file_name = 'gui-lai.xlsx'")
    mended = openpyxl.load_workbook(home.receipts / f"{second}.xlsx")[SHEET]
    assert mended["B40"].fill.fgColor.rgb == mended["B7"].fill.fgColor.rgb == "FFFFF9DC"
    assert mended["G7"].fill.fgColor.rgb == "FFF4C7C3"
