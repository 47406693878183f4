"""Nothing that a unit wrote vanishes without a finding, and nothing is loaded that nobody sees or that stands twice."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from assets.intake.archive import ArrivedFile
from assets.intake.stage import Frames, stage
from tests.support import clean_rows, put, report_of
from warehouse.cells.words import NONE_WORDS

TRAINING = "1. Quán triệt - tập huấn"
MODEL = "2. Dân vận khéo"
ORGANISATION = "6. Tổ chức - cán bộ"


def staged(path: Path) -> Frames:
    return stage([ArrivedFile("a" * 16, "a" * 64, path.name, path, path.stat().st_size, "m")], processes=1)


def edited(tmp_path: Path, edit: Callable[[Any], None]) -> Frames:
    (path,) = put(tmp_path, report_of(104, "2024-Y", clean_rows(2024)))
    book = openpyxl.load_workbook(path)
    edit(book)
    book.save(path)
    return staged(path)


def issues(frames: Frames) -> set[tuple[str, str | None]]:
    return set(frames["staging.cell_issue"].select("code", "cell").rows())


def _again(sheet: Any, row: int, **changed: object) -> None:
    """Write the sheet's first data row again in ``row``."""
    for cell in sheet[7][1:]:
        sheet.cell(row, cell.column).value = changed.get(cell.column_letter, cell.value)


def _outside(book: Any) -> None:
    book[TRAINING]["N7"], book[TRAINING]["N8"] = 999, "thêm"


def _merged(book: Any) -> None:
    _again(book[TRAINING], 8, E=None, G=None)
    book[TRAINING].merge_cells("G7:G8")


def _formulas_below(book: Any) -> None:
    book[TRAINING]["G9"] = "=20+20"


def _error(book: Any) -> None:
    book[TRAINING]["G7"] = "#REF!"


def _total_unreadable(book: Any) -> None:
    book[TRAINING]["B8"], book[TRAINING]["G8"] = "Tổng cộng", 2.065


def _hidden_cover(book: Any) -> None:
    copy = book.copy_worksheet(book["Thông tin chung"])
    copy.title, copy.sheet_state, copy["B15"] = "Bìa cũ", "hidden", "2023-Y"
    book.move_sheet(copy, -len(book.sheetnames) + 1)


SAID = {
    "a figure under no header": (_outside, ("H-CELL-OUTSIDE", "N7")),
    "one figure for two merged rows": (_merged, ("H-MERGED", "G8")),
    "a formula that was never worked out, in a row of its own": (_formulas_below, ("H-FORMULA-EMPTY", "G9")),
    "an error value": (_error, ("V-EXCEL-ERROR", None)),
    "a total that cannot be read": (_total_unreadable, ("V-COUNT-FRACTION", "G8")),
    "a hidden cover sheet": (_hidden_cover, ("H-SHEET-HIDDEN", None)),
}


@pytest.mark.parametrize("what", SAID)
def test_what_is_not_loaded_is_said(tmp_path: Path, what: str) -> None:
    edit, finding = SAID[what]
    frames = edited(tmp_path, edit)
    assert issues(frames) == {finding}
    assert frames["staging.submission"]["period_id"].to_list() == ["2024-Y"]


def test_a_formula_whose_result_is_an_empty_text_is_blank(tmp_path: Path) -> None:
    from tests.assets.intake.test_hazards import _zip_with

    (path,) = put(tmp_path, report_of(104, "2024-Y", clean_rows(2024)))

    def blank(name: str, body: bytes) -> bytes:
        new = rb'<c r="G8" t="str"><f>IF(B8="","",1)</f><v></v></c>'
        return re.sub(rb'<c r="G8"[^>]*/>', new, body) if name == "xl/worksheets/sheet3.xml" else body

    path.write_bytes(_zip_with(path.read_bytes(), blank))
    assert issues(staged(path)) == set()


def _titled(title: str) -> Callable[[Any], None]:
    def edit(book: Any) -> None:
        sheet = book[MODEL]
        sheet["B7"], sheet["C7"] = None, title
        _again(sheet, 8, B="M02", C="Khác")

    return edit


@pytest.mark.parametrize("title", ["Ngày thứ bảy xanh tháng 10 năm 2024", "Cộng đồng tự quản", "Xác nhận nhanh"])
def test_a_title_that_begins_like_a_total_or_a_signature_is_data(tmp_path: Path, title: str) -> None:
    frames = edited(tmp_path, _titled(title))
    assert frames["staging.model"]["model_title"].to_list() == [title, "Khác"]


def test_rows_below_a_signature_that_hold_figures_are_data_and_signatures_are_not(tmp_path: Path) -> None:
    def edit(book: Any) -> None:
        sheet = book[TRAINING]
        sheet["H9"], sheet["H10"], sheet["H11"] = "Hà Nội, ngày 5 tháng 1 năm 2025", "T/M BAN THƯỜNG VỤ", "Nguyễn Văn A"
        _again(sheet, 14)

    frames = edited(tmp_path, edit)
    assert frames["staging.training"]["source_row"].to_list() == [7, 14]
    assert issues(frames) == set()


def test_a_group_row_with_a_figure_is_data(tmp_path: Path) -> None:
    def edit(book: Any) -> None:
        book[TRAINING]["A8"], book[TRAINING]["B8"] = "II", "Khối doanh nghiệp"
        book[TRAINING]["A9"], book[TRAINING]["E9"] = "III", 5

    assert edited(tmp_path, edit)["staging.training"]["source_row"].to_list() == [7, 9]


def test_a_row_of_crosses_is_no_roman_group_row(tmp_path: Path) -> None:
    def edit(book: Any) -> None:
        for cell in book[ORGANISATION][7]:
            cell.value = "x" if cell.column_letter in "DFGH" else None

    assert edited(tmp_path, edit)["staging.organisation"]["is_person_assigned"].to_list() == [True]


def test_a_total_above_its_rows_is_compared_with_them(tmp_path: Path) -> None:
    def edit(book: Any) -> None:
        sheet = book[TRAINING]
        _again(sheet, 8)
        for cell in sheet[7]:
            cell.value = None
        sheet["B7"], sheet["G7"] = "Tổng số", 40

    frames = edited(tmp_path, edit)
    assert frames["staging.stated_total"].select("stated_value", "computed_value").rows() == [(40.0, 40.0)]


def test_serial_numbers_of_a_workbook_that_counts_from_1904(tmp_path: Path) -> None:
    def edit(book: Any) -> None:
        book.epoch = CALENDAR_MAC_1904
        book[MODEL]["J7"], book[MODEL]["J7"].number_format = 43861, "General"  # 1/2/2024

    assert str(edited(tmp_path, edit)["staging.model"]["start_date"].to_list()[0]) == "2024-02-01"


def test_small_figures_in_the_first_row_are_no_numbering(tmp_path: Path) -> None:
    import json
    from dataclasses import replace

    (path,) = put(tmp_path, replace(report_of(104, "2024-Y", clean_rows(2024)), look="json"))
    content = json.loads(path.read_text(encoding="utf-8"))
    content["tables"]["organisation"] = [{"party_member_count": 3, "employee_count": 2, "cadre_count": 1}]
    path.write_text(json.dumps(content), encoding="utf-8")
    assert staged(path)["staging.organisation"]["party_member_count"].to_list() == [3]


@pytest.mark.parametrize(("line", "code"), [("92,5,1,2,3,4,5,6,7,8,9,10", "H-ROW-WIDE"), ('"Ghi chú', "F-CSV")])
def test_a_text_file_whose_rows_slip_is_an_error(tmp_path: Path, line: str, code: str) -> None:
    from dataclasses import replace

    (path,) = put(tmp_path, replace(report_of(104, "2024-Y", clean_rows(2024)), look="csv"))
    from assets.intake.encodings import decode

    rows = decode(path.read_bytes())[0].splitlines()
    delimiter = max(";\t,", key=rows[1].count)
    at = next(i for i, row in enumerate(rows) if row.startswith("[1.")) + 3
    rows.insert(at, line.replace(",", delimiter))
    path.write_text("\n".join(rows), encoding="utf-8")
    assert code in {c for c, _ in issues(staged(path))}


@pytest.mark.parametrize("body", [
    b"<?xml version='1.0'?><!--" + b"x" * 9000 + b"--><!DOCTYPE a [<!ENTITY b 'c'>]><a/>",
    "<?xml version='1.0' encoding='utf-16'?><!DOCTYPE a [<!ENTITY b 'c'>]><a/>".encode("utf-16"),
])  # fmt: skip
def test_a_document_type_is_found_wherever_and_however_it_is_written(tmp_path: Path, body: bytes) -> None:
    from assets.intake.grid import Refused
    from assets.intake.guard import scan
    from tests.assets.intake.test_hazards import _same, _zip_with, good

    path = tmp_path / "a.xlsx"
    path.write_bytes(_zip_with(good(tmp_path), _same, {"xl/comments9.xml": body}))
    with pytest.raises(Refused) as refused:
        scan(path)
    assert refused.value.code == "F-DTD"


@pytest.mark.parametrize("word", sorted(NONE_WORDS))
def test_a_day_or_a_figure_that_is_not_there_is_said_in_any_none_word(word: str, tmp_path: Path) -> None:
    def edit(book: Any) -> None:
        headers = {c.value: c.column for row in book[MODEL].iter_rows(max_row=6) for c in row if c.value}
        for header in ("Ngày công nhận", "Số đơn vị cùng tham gia"):
            book[MODEL].cell(7, headers[header]).value = word

    frames = edited(tmp_path, edit)
    assert issues(frames) == set()
    read = frames["staging.model"].select("recognised_date", "partner_unit_count", "partner_unit_count_state")
    assert read.rows() == [(None, None, "none_stated")]


def test_an_address_is_made_by_the_reader_and_carried(tmp_path: Path) -> None:
    frames = edited(tmp_path, lambda _: None)
    (path,) = put(tmp_path / "json", replace(report_of(104, "2024-Y", clean_rows(2024)), look="json"))
    listed = staged(path)
    wanted = (pl.col("table_name") == "training") & (pl.col("column_name") == "attendee_count")
    revision = (pl.col("table_name") == "cover") & (pl.col("column_name") == "revision")
    cells = [f["staging.column_map"].filter(w)["cell"].item() for f in (frames, listed) for w in (wanted, revision)]
    assert cells == ["G*", "B18", "/tables/training/*/attendee_count", "/cover/Lần gửi"]
    assert [f["staging.training"]["source_row"].to_list() for f in (frames, listed)] == [[7], [0]]
