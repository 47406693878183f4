"""What is seen otherwise than it is read, planted in real workbooks: hidden rows and columns, struck-out rows and figures."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Font
from openpyxl.worksheet.dimensions import ColumnDimension
from openpyxl.worksheet.worksheet import Worksheet

from assets.intake.extract import extract
from assets.intake.read import read_file
from assets.intake.xlsx import read_xlsx
from tests.support import clean_rows, put, report_of

TRAINING = "1. Quán triệt - tập huấn"
PART = "xl/worksheets/sheet3.xml"


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    (path,) = put(tmp_path_factory.mktemp("clean"), report_of(104, "2024-Y", clean_rows(2024)))
    return path.read_bytes()


def _said(path: Path) -> list[tuple[str, str | None]]:
    return [(i.code, i.cell) for i in extract(read_file(path, path.name)).issues]


def _edited(path: Path, clean: bytes, edit: Callable[[Worksheet], None]) -> list[tuple[str, str | None]]:
    book = openpyxl.load_workbook(io.BytesIO(clean))
    edit(book[TRAINING])
    book.save(path)
    return _said(path)


def _bytes(path: Path, clean: bytes, pattern: bytes, by: bytes) -> list[tuple[str, str | None]]:
    with zipfile.ZipFile(io.BytesIO(clean)) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == PART:
                content, times = re.subn(pattern, by, content, count=1)
                assert times == 1
            new.writestr(name, content)
    return _said(path)


def _hide(sheet: Worksheet, *columns: str) -> None:
    for letter in columns:
        sheet.column_dimensions[letter] = ColumnDimension(sheet, index=letter, hidden=True)


def _strike(sheet: Worksheet, *cells: str) -> None:
    for at in cells:
        sheet[at].font = Font(strike=True)


@pytest.mark.parametrize("letters", ["E", "EG", "BCEFGHI"])
def test_a_hidden_column_is_told_where_it_has_figures(tmp_path: Path, clean: bytes, letters: str) -> None:
    said = _edited(tmp_path / "a.xlsx", clean, lambda s: _hide(s, *letters))
    assert said == [("H-COLUMN-HIDDEN", f"{c}:{c}") for c in letters]


def test_hidden_columns_without_figures_are_none_of_ours(tmp_path: Path, clean: bytes) -> None:
    assert _edited(tmp_path / "a.xlsx", clean, lambda s: _hide(s, "D", "A", "N")) == []


COLS = rb"<cols>.*</cols>"


@pytest.mark.parametrize(
    "cols",
    [b'<cols><col min="5" max="5" width="9" hidden="1"/></cols>', b"<cols><col hidden = 'true' min='5' max='5'/></cols>",
     b'<cols><col min="5" max="5" width="0" customWidth="1"/></cols>', b'<cols><col width="0.0" max="5" min="5"/></cols>',
     b'<cols><col min="5" max="5" hidden="1" outlineLevel="1" collapsed="1"/></cols>'],
)  # fmt: skip
def test_a_hidden_column_however_it_is_spelled(tmp_path: Path, clean: bytes, cols: bytes) -> None:
    assert _bytes(tmp_path / "a.xlsx", clean, COLS, cols) == [("H-COLUMN-HIDDEN", "E:E")]


def test_a_column_that_is_shown_is_not_told(tmp_path: Path, clean: bytes) -> None:
    cols = b'<cols><col min="1" max="16384" width="9" hidden="0"/></cols>'
    assert _bytes(tmp_path / "a.xlsx", clean, COLS, cols) == []


@pytest.mark.parametrize("shown", [b"<cols/>", b'<cols><col min="1" max="4" width="9"/></cols>'])
def test_columns_that_are_hidden_by_default(tmp_path: Path, clean: bytes, shown: bytes) -> None:
    head = b'<sheetFormatPr defaultRowHeight="15" defaultColWidth="0"/>' + shown
    said = _bytes(tmp_path / "a.xlsx", clean, rb"<sheetFormatPr.*</cols>", head)
    first = "" if b"max" in shown else "BC"
    assert said == [("H-COLUMN-HIDDEN", f"{c}:{c}") for c in first + "EFGHIJ"]


def test_rows_that_a_filter_or_the_usual_height_hides(tmp_path: Path, clean: bytes) -> None:
    def outline(sheet: Worksheet) -> None:
        sheet.auto_filter.ref = "A6:K7"
        sheet.row_dimensions.group(7, 7, hidden=True)

    assert _edited(tmp_path / "a.xlsx", clean, outline) == [("H-ROW-HIDDEN", "7:7")]
    flat = _bytes(tmp_path / "b.xlsx", clean, rb"<sheetFormatPr[^>]*>", b'<sheetFormatPr defaultRowHeight="0"/>')
    with zipfile.ZipFile(io.BytesIO(clean)) as book:
        is_sized = re.search(rb'<row r="7"[^>]* ht=', book.read(PART))
    assert flat == ([] if is_sized else [("H-ROW-HIDDEN", "7:7")])


def test_zero_height_hides_the_rows_that_are_not_written(tmp_path: Path, clean: bytes) -> None:
    """A program writes every row that it shows; what it hides of the others is told, and warns of nothing."""
    said = _bytes(tmp_path / "a.xlsx", clean, rb"<sheetFormatPr ", b'<sheetFormatPr zeroHeight="1" ')
    assert said == [("H-ROWS-DEFAULT-HIDDEN", None)]
    with xlsxwriter.Workbook(tmp_path / "b.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.set_default_row(hide_unused_rows=True)
        sheet.write(3, 0, 40)
    (read,) = read_xlsx(tmp_path / "b.xlsx").sheets
    assert (read.hidden_rows, read.hides_others) == (frozenset(), True)


ROW = [f"{c}7" for c in "ABCDEFGHIJK"]


def test_a_row_that_is_struck_out_as_a_whole_asks(tmp_path: Path, clean: bytes) -> None:
    assert _edited(tmp_path / "a.xlsx", clean, lambda s: _strike(s, *ROW)) == [("H-ROW-STRUCK", "7:7")]
    rest = [at for at in ROW if at != "G7"]
    said = _edited(tmp_path / "b.xlsx", clean, lambda s: _strike(s, *rest))
    assert {("V-MARKED", "E7"), ("H-STRUCK", "C7")} <= set(said)
    assert "H-ROW-STRUCK" not in {code for code, _ in said}


@pytest.mark.parametrize(("cell", "code"), [("E7", "V-MARKED"), ("C7", "H-STRUCK")])
def test_a_cell_that_is_struck_out_as_a_whole(tmp_path: Path, clean: bytes, cell: str, code: str) -> None:
    assert _edited(tmp_path / "a.xlsx", clean, lambda s: _strike(s, cell)) == [(code, cell)]


@pytest.mark.parametrize("is_whole", [True, False])
def test_a_row_struck_out_by_the_runs_of_its_texts(tmp_path: Path, clean: bytes, is_whole: bool) -> None:
    def runs(sheet: Worksheet) -> None:
        for at in ROW:
            if sheet[at].value is None:
                continue
            text = str(sheet[at].value)
            kept = TextBlock(InlineFont(strike=is_whole or at != "C7"), text[1:])
            sheet[at].value = CellRichText(TextBlock(InlineFont(strike=True), text[:1]), kept)

    codes = {code for code, _ in _edited(tmp_path / "a.xlsx", clean, runs)}
    assert ("H-ROW-STRUCK" in codes) == is_whole
