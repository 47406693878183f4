"""What the template lets pass while a cell is typed is what the warehouse reads: asked of LibreOffice and of the readers.

The conditions are those of a written template; the tested text stands beside the formula instead of in the cell itself.
"""

from __future__ import annotations

import csv
import random
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest

from assets.intake.xlsx import number_text
from assets.template import write_template
from assets.template.guide import _STATES
from expectations.catalogue import catalogue
from tests.support import HANGS, form, template_cell
from warehouse.cells import cell_kinds, kind_of
from warehouse.declaration import form_tables
from warehouse.periods import parse_period_id

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("typed")]
#: kind of cell -> form, table and column where the template has one
PLACES = {
    "count": ("2023", "training", "attendee_count"),
    "ratio": ("2013", "training", "member_attended_count"),
    "percent": ("2013", "training", "member_rate_stated"),
    "decimal": ("2023", "model", "score"),
    "date": ("2023", "model", "start_date"),
    "citation": ("2023", "training", "document_number"),
    "text": ("2023", "model", "model_code"),
}
_NONE = ["Không", "không có", "Không phát sinh", "-", "–", "KO", " k ", "chưa có", "Chưa thống kê"]
#: texts and numbers that clerks type, right and wrong
TYPED: dict[str, list[str | float]] = {
    "count": [
        *_NONE, 0, 2065, 2.065, -3, 1e13, "2065", "2.065", "2 065", "1.234.567", "khoảng 200", "gần 50", "trên 30 người",
        "~30", "> 30", "60 đ/c", "35 đồng chí", "2 cuộc.", "hai", "ba mươi", "hai mươi lăm người", "mười hai", "1,5 triệu",
        "2 nghìn", "1.12", "1.1234", "0.065", "1,12", "-5", "0912345678", "12 + 3", "3+2", "(12)", "abc", "12 (có 2 trùng)",
        "2.06.5", "nhiều", "hai trăm", "5.", "5;", "12.345.67", "khoảng", "người",
    ],
    "ratio": [
        *_NONE, "1.115/1.122", "50/50", "9/10", "0/5", "khoảng 9/10", "9 / 10", "9/10 đảng viên", "hai/ba", 0.9, "9", "9/10/11",
        "9//10", "/10", "9/", "1.1/2", "9,5/10", "-9/10",
    ],
    "percent": [
        *_NONE, "99,4%", "100%", "0%", "đạt 99%", "99.4%", "khoảng 90%", "1.234%", "99,4 %", "0,5%", "99,4", "98", 98, 0, "0",
        "1", 1, 0.99, "2", "2,5", 2.5, "0,9", "99.4", "1.234", "%", "abc%", "-5%", "9,9,9%",
    ],
    "decimal": [
        *_NONE, 92.5, 0, 80, -1, 1e13, "92,5", "80", "92,5 điểm", "trên 90", "92.5", "1.234", "1.234.567", "1.234,5", "0,5", ",5",
        "5,", "-1", "abc", "9,2,5",
    ],
    "date": [
        *_NONE, "30/8/2013", "30/08/2013", "5/6/2024", "30-8-2013", "30.8.2013", "1/1/24", "1/1/70", "ngày 3 tháng 2 năm 2020",
        "2024-02-29", "ngày 30/8/2013", "30 / 8 / 2013", "30/8/2013 10:00", 45418, 1, 2024, "31/6/2024", "29/2/2023", "6/2024",
        "tháng 6/2024", "2024", "30/13/2013", "30/8/213", "30/8/2103", "0/1/2024", "32/1/2024", "1/1/2024/5", "abc", "1/1/x",
    ],
    "citation": [
        *_NONE, "32-CTr/TU, ngày 30/8/2013", "124-QĐ/TW", "149/2018/NĐ-CP", "Nghị quyết số 25-NQ/TW", "32 - CTr/TU", "abc",
        "ngày 30/8/2013", "123", "số 5", "Nghị quyết", "32-ctr/tu",
    ],
    "text": ["M01", "DV005-01", "Không", "x" * 20, "x" * 21],
}  # fmt: skip
#: of which texts are made that nobody thought of
_PIECES = [
    *"0123456789", *"0123456789", ".", ",", "/", "-", " ", "%", "~", "000", "12", "2.065", "1,5", "30/8/2013", "gần ", "khoảng ",
    "đạt ", " người", " đ/c", " triệu", "mười", " mươi", "hai", "không", "ngày ", " tháng ", " năm ", "TW", "-QĐ", "NQ",
]  # fmt: skip
_SEED, _MADE = 20130830, 100


def _office() -> str:
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not installed")
    return office


def _made(kind: str) -> Iterator[str]:
    chance = random.Random(f"{_SEED}{kind}")
    for _ in range(_MADE):
        yield "".join(chance.choice(_PIECES) for _ in range(chance.randint(1, 5)))


def _beside(folder: Path, kind: str, texts: list[str | float]) -> Path:
    """Write a workbook with the kind's condition in column A, asked of the texts in column B."""
    version, table, column = PLACES[kind]
    of = form(version)
    template = folder / f"mau-{version}.xlsx"
    if not template.exists():
        write_template(of, None, parse_period_id("2022-Y" if version == "2013" else "2024-Y"), template)
    book = openpyxl.load_workbook(template)
    name, cell = template_cell(of, table, column)
    (rule,) = [v for v in book[name].data_validations.dataValidation if cell in v.sqref]
    assert rule.errorStyle in (None, "stop")
    out = openpyxl.Workbook()
    sheet = out.active
    sheet.title = "T"
    words = out.create_sheet("Danh mục")
    for row in book["Danh mục"].iter_rows():
        for one in row:
            words[one.coordinate].value = one.value
    for defined in (*book.defined_names.values(), *book[name].defined_names.values()):
        defined.attr_text = defined.attr_text.replace(f"'{name}'!A1", "T!B1")
        defined.localSheetId = None
        out.defined_names[defined.name] = defined
    for i, text in enumerate(texts, start=1):
        lengths = f"AND(LEN(B{i})>={rule.formula1},LEN(B{i})<={rule.formula2})"
        sheet[f"A{i}"] = f"={lengths if rule.type == 'textLength' else rule.formula1}"
        sheet[f"B{i}"].value = text
        if isinstance(text, str):
            sheet[f"B{i}"].data_type = "s"
    path = folder / f"{kind}.xlsx"
    out.save(path)
    return path


def _reads(kind: str, text: str | float) -> bool:
    """Tell whether the warehouse takes it: it reads something, or only warns; a rule refuses too long a text."""
    version, table, name = PLACES[kind]
    column = form_tables()[table].column(name)
    assert any(name in c.columns and c.reader == kind for c in form(version).headers(table))
    if kind == "text" and len(str(text)) > (column.max_length or 0):
        return False
    cell = f"s:{text}" if isinstance(text, str) else f"n:{number_text(text)}"
    reading = kind_of(kind).read(cell)
    return reading.issue is None or catalogue()[reading.issue].severity != "error"


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str | float, bool]]:
    """What LibreOffice says of every text, by kind."""
    office, folder = _office(), tmp_path_factory.mktemp("typed")
    asked = {kind: [*texts, *_examples(kind), *_made(kind)] for kind, texts in TYPED.items()}
    books = [_beside(folder, kind, texts) for kind, texts in asked.items()]
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    subprocess.run(
        [office, profile, "--headless", "--convert-to", "csv:Text - txt - csv (StarCalc):44,34,76,1", "--outdir", folder, *books],
        check=True, capture_output=True, timeout=HANGS,
    )  # fmt: skip
    out = {}
    for kind, texts in asked.items():
        lines = list(csv.reader((folder / f"{kind}.csv").open(encoding="utf-8", newline="")))
        assert len(lines) == len(texts) and {line[0] for line in lines} <= {"TRUE", "FALSE"}, kind
        out[kind] = dict(zip(texts, (line[0] == "TRUE" for line in lines), strict=True))
    return out


def _examples(kind: str) -> list[str]:
    guide = cell_kinds()[kind].guide
    states = [example for _, _, example in _STATES if example] if cell_kinds()[kind].is_figure else []
    return [*([guide.example] if guide else []), *(states if kind == "count" else [])]


@pytest.mark.parametrize("kind", TYPED)
def test_the_sheet_lets_pass_what_is_read_and_stops_what_is_rejected(
    kind: str, verdicts: dict[str, dict[str | float, bool]]
) -> None:
    said = verdicts[kind]
    assert {t: said[t] for t in TYPED[kind]} == {t: _reads(kind, t) for t in TYPED[kind]}


@pytest.mark.parametrize("kind", TYPED)
def test_the_sheet_stops_no_text_that_is_read(kind: str, verdicts: dict[str, dict[str | float, bool]]) -> None:
    assert not [t for t, passes in verdicts[kind].items() if not passes and _reads(kind, t)]


@pytest.mark.parametrize("kind", TYPED)
def test_examples_of_the_guide_may_be_typed(kind: str, verdicts: dict[str, dict[str | float, bool]]) -> None:
    examples = _examples(kind)
    assert all(verdicts[kind][t] and _reads(kind, t) for t in examples)
