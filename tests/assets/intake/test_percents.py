"""Percents by the format of their cell: what is seen is what is read, and a bare number that may be a share of 1 is asked about."""

from __future__ import annotations

import io
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assets.check import check
from assets.intake.styles import percent_factor
from assets.intake.xlsx import read_xlsx
from tests.support import clean_rows, put, report_of
from warehouse.cells import Reading, kind_of
from warehouse.home import Home

PERCENTS = ("0%", "0.00%", "0.0%;[Red]-0.0%", '0.#"" %', "[$-42A]#,##0%", '"đạt "0%')
LITERAL = ('0"%"', "0.0\\%", 'General" %"')
#: no sign, or one that is not of every number
OTHERS = ("General", "0.00", "@", '"chưa có"', "[<=1]0%;0", "[>1]0;0%", "0%%", "0_%", "0*%", "0;0%", '"%"')


@pytest.mark.parametrize(
    ("codes", "factor"), [(PERCENTS, 100), (LITERAL, 1), (OTHERS, None)], ids=["percents", "literal", "others"]
)
def test_formats_that_show_a_percent(codes: tuple[str, ...], factor: int | None) -> None:
    assert {code: percent_factor(code) for code in codes} == dict.fromkeys(codes, factor)


def _read(path: Path, value: object, code: str) -> Reading:
    """Store one cell with an office library, and read it as a percent."""
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "x")
        sheet.write(2, 3, value, book.add_format({"num_format": code}))
    (read,) = read_xlsx(path).sheets
    return kind_of("percent").read(read.rows[2][3])


@given(points=st.decimals(0, 300, places=2), code=st.sampled_from(PERCENTS))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_percent_is_what_is_seen(tmp_path: Path, points: Decimal, code: str) -> None:
    read = _read(tmp_path / "a.xlsx", float(points / 100), code)
    assert read.issue is None
    assert isinstance(read.value, tuple)
    assert read.value[0] == float(points)


@given(points=st.decimals(0, 300, places=2), code=st.sampled_from(LITERAL))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_quoted_sign_stands_behind_the_number_as_it_is(tmp_path: Path, points: Decimal, code: str) -> None:
    read = _read(tmp_path / "a.xlsx", float(points), code)
    assert isinstance(read.value, tuple)
    assert read.value[0] == float(points)


@given(points=st.decimals(0, 300, places=2), code=st.sampled_from(("General", "0.00", "[<=1]0%;0")))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_without_a_percent_format_a_small_number_is_asked_about(tmp_path: Path, points: Decimal, code: str) -> None:
    read = _read(tmp_path / "a.xlsx", float(points), code)
    if 0 < points <= 2:
        assert read.issue == "V-AMBIGUOUS"
    else:
        assert isinstance(read.value, tuple)
        assert read.value[0] == float(points)


REPORTS = [
    (1, "0%", {}),
    (0.9, "0%", {"T-RATE": "G7"}),  # the members say 100 %
    (1.5, "0%", {"T-RATE": "G7", "T-RATE-RANGE": "G7"}),
    (1, "General", {"V-AMBIGUOUS": "G7"}),
    (0.9, "General", {"V-AMBIGUOUS": "G7"}),
    (1.5, "General", {"V-AMBIGUOUS": "G7"}),
    (100, "General", {}),
    (100, '0"%"', {}),
]


@pytest.mark.parametrize(("value", "code", "said"), REPORTS)
def test_a_report_with_a_percent_cell(
    registered: Home, tmp_path: Path, value: float, code: str, said: dict[str, str]
) -> None:
    rows = clean_rows(2014)
    rows["training"][0] |= {"member_attended_count": 20, "member_total_count": 20}
    (path,) = put(tmp_path, report_of(104, "2014-Y", rows))
    book = openpyxl.load_workbook(path)
    cell = book["1. Quán triệt - tập huấn"]["G7"]
    cell.value, cell.number_format = value, code
    book.save(path)
    (found,) = check(registered, [path])
    assert {f["code"]: f["cell"] for f in found.findings} == said
    assert found.verdict == ("accepted" if said.keys() <= {"T-RATE"} else "rejected")


def test_a_percent_in_a_column_of_counts_is_no_count(registered: Home, tmp_path: Path) -> None:
    """It is seen as 100 % and would be read as 1."""
    (path,) = put(tmp_path, report_of(104, "2024-Y", clean_rows(2024)))
    book = openpyxl.load_workbook(io.BytesIO(path.read_bytes()))
    cell = book["1. Quán triệt - tập huấn"]["E7"]
    cell.value, cell.number_format = 1, "0%"
    book.save(path)
    (found,) = check(registered, [path])
    assert [(f["code"], f["cell"], f["found"]) for f in found.findings if f["code"].startswith("V-")] == [
        ("V-COUNT", "E7", "100%")
    ]
