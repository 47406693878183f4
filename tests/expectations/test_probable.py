"""Which cell is probably wrong where a rule joins several: planted slips, what a finding then says, and what it leaves open."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from benchmarks.probable import plant_and_judge
from expectations.probable import is_joining
from expectations.rule import rules
from tests.support import clean_rows, put, query, report_of, take, take_and_answer, template_cell

if TYPE_CHECKING:
    from warehouse.forms import FormVersion
    from warehouse.home import Home

PROBABLE = "SELECT probable FROM intake.finding WHERE code = ?"


def test_of_slips_planted_in_the_corpus_nine_of_ten_are_named_first(demo: Home) -> None:
    planted, outcomes = plant_and_judge(demo, "2026", limit=300)
    assert planted > 150
    assert len(outcomes) > 75
    first = sum(o.is_first for o in outcomes)
    wrong = [o for o in outcomes if len(o.named) == 1 and not o.is_first]
    assert first >= 0.9 * len(outcomes)
    assert len(wrong) <= 0.04 * len(outcomes), wrong
    assert len({o.code for o in outcomes}) >= 8


def test_which_rules_join_cells_follows_from_their_declaration() -> None:
    joining = {r.code for r in rules() if is_joining(r)}
    assert {"D-PETITIONS", "T-RATE", "K-REMEDIED-OVER", "O-MEMBERS-OVER", "Q-DONE-OPEN", "I-ON-PLAN-CLAIM"} <= joining
    alone = {"M-SCORE-RANGE", "T-RATE-RANGE", "I-DATE-FUTURE", "D-KIND-TWICE", "T-DOC-MISSING", "K-INSPECTION-UNKNOWN"}
    assert not alone & joining


def _past(home: Home, **dialogue: int) -> None:
    """Three years of reports with these figures."""
    reports = []
    for year in (2021, 2022, 2023):
        rows = clean_rows(year)
        rows["dialogue"][0] |= dialogue
        reports.append(report_of(104, f"{year}-Y", rows))
    put(home.inbox, *reports)
    assert len(take(home).accepted) == 3


def _told(home: Home, code: str, **dialogue: object) -> str | None:
    rows = clean_rows(2024)
    rows["dialogue"][0] |= dialogue
    put(home.inbox, report_of(104, "2024-Y", rows))
    take_and_answer(home)
    ((probable,),) = query(home, PROBABLE, [code])
    return probable  # type: ignore[no-any-return]


@pytest.fixture
def form() -> FormVersion:
    from warehouse.forms import form_versions

    return form_versions()["BCDV", "2023"]


def test_the_cell_that_strays_from_the_units_own_past_is_named_with_what_it_was(home: Home, form: FormVersion) -> None:
    _past(home, holding_unit_count=9, dialogue_count=12)
    cell = template_cell(form, "dialogue", "holding_unit_count")[1]
    told = _told(home, "D-UNITS-OVER", holding_unit_count=99, dialogue_count=12)
    assert told == f"Có lẽ ô {cell}: ghi 99, có thể là 9; Năm 2023: 9"


def test_it_may_be_another_cell_than_the_one_that_the_rule_marks(home: Home, form: FormVersion) -> None:
    _past(home, holding_unit_count=9, dialogue_count=12)
    told = _told(home, "D-UNITS-OVER", holding_unit_count=9, dialogue_count=1)
    assert told == f"Có lẽ ô {template_cell(form, 'dialogue', 'dialogue_count')[1]}: ghi 1; Năm 2023: 12"


def test_a_sum_is_mended_where_one_change_satisfies_the_other_rules_too(home: Home, form: FormVersion) -> None:
    """41 settled of 15 breaks the balance and the bound: the settled alone, transposed, mends both."""
    figures = {"petition_raised_count": 18, "petition_passed_count": 3, "petition_pending_count": 1}
    _past(home, **figures, petition_settled_count=14)
    cell = template_cell(form, "dialogue", "petition_settled_count")[1]
    told = _told(home, "D-PETITIONS", **figures, petition_settled_count=41)
    assert told == f"Có lẽ ô {cell}: ghi 41, có thể là 14; Năm 2023: 14"
    ((bound,),) = query(home, PROBABLE, ["D-SETTLED-OVER"])
    assert bound == told


def test_where_one_cannot_tell_both_are_named(home: Home, form: FormVersion) -> None:
    """Passed on and pending are both 4, one of them copied from the other, and no past says which."""
    figures = {"petition_raised_count": 11, "petition_settled_count": 5}
    told = _told(home, "D-PETITIONS", **figures, petition_passed_count=4, petition_pending_count=4)
    cells = [template_cell(form, "dialogue", c)[1] for c in ("petition_passed_count", "petition_pending_count")]
    assert told is not None
    assert told.startswith("Có lẽ một trong hai ô ")
    assert all(f"{c}: ghi 4" in told for c in cells)


def test_of_more_than_two_none_is_named(home: Home) -> None:
    told = _told(home, "D-PETITIONS", petition_raised_count=9, petition_settled_count=2, petition_passed_count=2,
                 petition_pending_count=2)  # fmt: skip
    assert told is None


def test_a_finding_of_one_cell_names_no_other(home: Home) -> None:
    rows = clean_rows(2024)
    rows["model"][0]["score"] = 400
    put(home.inbox, report_of(104, "2024-Y", rows))
    take(home)
    assert query(home, PROBABLE, ["M-SCORE-RANGE"]) == [(None,)]


def test_the_receipt_says_it_where_it_says_how_to_mend(home: Home, form: FormVersion) -> None:
    import openpyxl

    _past(home, holding_unit_count=9, dialogue_count=12)
    told = _told(home, "D-UNITS-OVER", holding_unit_count=99, dialogue_count=12)
    ((submission,),) = query(home, "SELECT submission_id FROM intake.finding WHERE code = 'D-UNITS-OVER'")
    book = openpyxl.load_workbook(home.receipts / f"{submission}.xlsx")
    remedies = [str(row[7].value) for row in book.worksheets[0].iter_rows(min_row=7) if len(row) > 7]
    assert any(text.endswith(f"\n{told}") for text in remedies)
    sheet, cell = template_cell(form, "dialogue", "holding_unit_count")
    assert str(told) in book[sheet][cell].comment.text
