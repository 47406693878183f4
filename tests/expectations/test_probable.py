"""Which cell is probably wrong where a rule joins several: planted slips, what a finding then says, and what it leaves open."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from benchmarks.probable import plant_and_judge
from expectations.probable import is_joining
from expectations.rule import rules
from tests.support import clean_rows, copy_home, form, put, query, report_of, take, take_and_answer, template_cell, told
from warehouse.home import Home

if TYPE_CHECKING:
    from pathlib import Path

    from assets.sample.report import Report
    from tests.conftest import Make

FORM = form("2023")
PETITIONS = {"petition_raised_count": 18, "petition_passed_count": 3, "petition_pending_count": 1}
#: a unit for each case, what its reports of three years say of its dialogues, and what that of 2024 says
STRAYS, OTHER_CELL, SUM, ALONE = range(104, 108)
PAST: dict[int, dict[str, object]] = {
    STRAYS: {"holding_unit_count": 9, "dialogue_count": 12},
    OTHER_CELL: {"holding_unit_count": 9, "dialogue_count": 12},
    SUM: {**PETITIONS, "petition_settled_count": 14},
}
SENT: dict[int, dict[str, object]] = {
    STRAYS: {"holding_unit_count": 99, "dialogue_count": 12},
    OTHER_CELL: {"holding_unit_count": 9, "dialogue_count": 1},
    SUM: {**PETITIONS, "petition_settled_count": 41},
}


def test_of_slips_planted_in_the_corpus_nine_of_ten_are_named_first(demo: Home) -> None:
    drawn = [
        plant_and_judge(demo, seed, limit=300) for seed in ("2025", "2026")
    ]  # of one draw the few wrong ones say little
    planted, outcomes = sum(n for n, _ in drawn), [o for _, found in drawn for o in found]
    assert planted > 300
    assert len(outcomes) > 150
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


def _report(unit: int, year: int, table: str, row: dict[str, object]) -> Report:
    rows = clean_rows(year)
    rows[table][0] |= row
    return report_of(unit, f"{year}-Y", rows)


@pytest.fixture(scope="module")
def judged(registered: Home, once: Make) -> Home:
    """Three years of reports, and in the batch after them one with a slip; read only."""

    def fill(folder: Path) -> None:
        home = copy_home(registered, folder)
        put(home.inbox, *(_report(u, year, "dialogue", row) for u, row in PAST.items() for year in (2021, 2022, 2023)))
        assert len(take(home).accepted) == 3 * len(PAST)
        slips = [_report(unit, 2024, "dialogue", row) for unit, row in SENT.items()]
        put(home.inbox, *slips, _report(ALONE, 2024, "model", {"score": 400}))
        take_and_answer(home)

    return Home(once("probable", fill) / "home")


def _told(home: Home, unit: int, code: str) -> str | None:
    sql = "SELECT probable FROM intake.finding f JOIN intake.submission s USING (submission_id) WHERE unit_id = ? AND f.code = ?"
    ((probable,),) = query(home, sql, [unit, code])
    return probable  # type: ignore[no-any-return]


def _cell(column: str) -> str:
    return template_cell(FORM, "dialogue", column)[1]


def test_the_cell_that_strays_from_the_units_own_past_is_named_with_what_it_was(judged: Home) -> None:
    said = _told(judged, STRAYS, "D-UNITS-OVER")
    assert said == f"Có lẽ ô {_cell('holding_unit_count')}: ghi 99, có thể là 9; Năm 2023: 9"


def test_it_may_be_another_cell_than_the_one_that_the_rule_marks(judged: Home) -> None:
    said = _told(judged, OTHER_CELL, "D-UNITS-OVER")
    assert said == f"Có lẽ ô {_cell('dialogue_count')}: ghi 1; Năm 2023: 12"


def test_a_sum_is_mended_where_one_change_satisfies_the_other_rules_too(judged: Home) -> None:
    """41 settled of 18 breaks the balance and the bound: the settled alone, transposed, mends both."""
    said = _told(judged, SUM, "D-PETITIONS")
    assert said == f"Có lẽ ô {_cell('petition_settled_count')}: ghi 41, có thể là 14; Năm 2023: 14"
    assert _told(judged, SUM, "D-SETTLED-OVER") == said


def _without_a_past(home: Home, folder: Path, settled: int, passed: int, pending: int, raised: int) -> str | None:
    """What is said of petitions that do not add up where nobody has reported any before."""
    row: dict[str, object] = {
        "petition_raised_count": raised, "petition_settled_count": settled, "petition_passed_count": passed,
        "petition_pending_count": pending,
    }  # fmt: skip
    said = told(home, _report(104, 2024, "dialogue", row), folder)
    (probable,) = (f["probable"] for f in said.findings if f["code"] == "D-PETITIONS")
    return probable  # type: ignore[no-any-return]


def test_where_one_cannot_tell_both_are_named(registered: Home, tmp_path: Path) -> None:
    """Passed on and pending are both 4, one of them copied from the other, and no past says which."""
    said = _without_a_past(registered, tmp_path, raised=11, settled=5, passed=4, pending=4)
    assert said is not None
    assert said.startswith("Có lẽ một trong hai ô ")
    assert all(f"{_cell(c)}: ghi 4" in said for c in ("petition_passed_count", "petition_pending_count"))


def test_of_more_than_two_none_is_named(registered: Home, tmp_path: Path) -> None:
    assert _without_a_past(registered, tmp_path, raised=9, settled=2, passed=2, pending=2) is None


def test_a_finding_of_one_cell_names_no_other(judged: Home) -> None:
    assert _told(judged, ALONE, "M-SCORE-RANGE") is None


def test_the_receipt_says_it_where_it_says_how_to_mend(judged: Home) -> None:
    import openpyxl

    said = _told(judged, STRAYS, "D-UNITS-OVER")
    sql = "SELECT submission_id FROM intake.submission WHERE unit_id = ? AND period_id = '2024-Y'"
    ((submission,),) = query(judged, sql, [STRAYS])
    book = openpyxl.load_workbook(judged.receipts / f"{submission}.xlsx")
    remedies = [str(row[7].value) for row in book.worksheets[0].iter_rows(min_row=7) if len(row) > 7]
    assert any(text.endswith(f"\n{said}") for text in remedies)
    sheet, cell = template_cell(FORM, "dialogue", "holding_unit_count")
    assert str(said) in book[sheet][cell].comment.text
