"""First and last days, and the figures beside them: codes, forms, periods, deadlines, addresses of cells."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest

from assets.intake.grid import RawSheet, column_letters
from warehouse.codes import code_lists
from warehouse.forms import form_versions, version_for
from warehouse.norms import dialogue_norms
from warehouse.periods import parse_period_id

DAY = timedelta(days=1)


def test_a_code_is_valid_on_its_first_and_last_day_and_not_beside_them() -> None:
    dated = [c for codes in code_lists().values() for c in codes if c.valid_to]
    assert dated
    for code in dated:
        assert code.valid_to is not None
        around = [
            code.valid_on(d) for d in (code.valid_from - DAY, code.valid_from, code.valid_to, code.valid_to + DAY)
        ]
        assert around == [False, True, True, False], code


def test_every_day_since_the_first_form_has_one_version() -> None:
    versions = [f for f in form_versions().values() if f.form_code == "BCDV"]
    assert version_for("BCDV", versions[0].valid_from - DAY) is None
    for form in versions:
        for day in (form.valid_from, form.valid_to or date(2100, 1, 1)):
            assert version_for("BCDV", day) is form


def test_norms_follow_one_another_without_a_gap_or_an_overlap() -> None:
    norms = dialogue_norms()
    assert len(norms) > 1
    for before, after in pairwise(norms):
        assert before.valid_to is not None
        assert after.valid_from == before.valid_to + DAY


@pytest.mark.parametrize(
    ("code", "start", "end", "cumulative", "label"),
    [
        ("2024-Y", "2024-01-01", "2024-12-31", True, "Năm 2024"),
        ("2024-H1", "2024-01-01", "2024-06-30", True, "6 tháng đầu năm 2024"),
        ("2024-9M", "2024-01-01", "2024-09-30", True, "9 tháng năm 2024"),
        ("2024-Q1", "2024-01-01", "2024-03-31", False, "Quý 1/2024"),
        ("2024-Q4", "2024-10-01", "2024-12-31", False, "Quý 4/2024"),
        ("2024-M02", "2024-02-01", "2024-02-29", False, "Tháng 2/2024"),
        ("20130830-20160830-R", "2013-08-30", "2016-08-30", False, "Tổng kết 30/08/2013 - 30/08/2016"),
    ],
)
def test_what_a_period_spans(code: str, start: str, end: str, cumulative: bool, label: str) -> None:
    p = parse_period_id(code)
    assert (f"{p.period_start}", f"{p.period_end}", p.cumulative, p.label) == (start, end, cumulative, label)
    assert p.year == int(end[:4])


@pytest.mark.parametrize(
    "code", ["2024", "2024-Q5", "2024-M13", "2024-H2", "20160830-20160830-R", "20160830-20130830-R"]
)
def test_what_is_no_period(code: str) -> None:
    with pytest.raises(ValueError, match="period"):
        parse_period_id(code)


def test_a_column_has_the_letters_of_a_workbook() -> None:
    letters = [column_letters(i) for i in (0, 1, 25, 26, 52, 511, 701, 702)]
    assert letters == ["A", "B", "Z", "AA", "BA", "SR", "ZZ", "AAA"]


def test_the_address_of_a_cell_is_that_of_its_column_with_the_row_in_it() -> None:
    sheet = RawSheet("Trang 1", True, [], 5, 26)
    assert (sheet.column(30), sheet.cell(7, 30)) == ("AE*", "AE7")
    listed = RawSheet("tr*ng", True, [], -1, 0, address="pointer", keys=("a", "b*"))
    assert (listed.column(1), listed.cell(0, 1)) == ("/tables/tr%2Ang/*/b%2A", "/tables/tr%2Ang/0/b%2A")
