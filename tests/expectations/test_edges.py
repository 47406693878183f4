"""Figures exactly on the edge of a rule are no finding: what holds with equality, and what is not an exact figure at all.

The planted defects (test_planted_defects) lie beyond the edge; together they tell ``<=`` from ``<``. All reports are taken in one
batch: each test has units of its own, so that none meets another's.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from assets.sample.report import Report
from tests.conftest import Make
from tests.support import Rows, clean_rows, copy_home, put, query, report_of, take
from warehouse.home import Home

#: units of the sample register that are there in every year, by what is tried with them
EDGE, CUT_OFF, AHEAD, HISTORY, SIZE = (104, 105), (106, 107), (108, 109), (110, 111), (112, 113)
QUALIFIED, NORM, HALF, UNUSUAL = 114, 115, 116, 117
BANDED, RATED = (119, 120, 121, 122, 124, 125, 126, 127), (128, 129, 130, 134, 136, 140, 141, 142, 143, 144)
COMING: list[Callable[[], list[Report]]] = []


def comes(reports: Callable[[], list[Report]]) -> Callable[[], list[Report]]:
    """Add these reports to the batch."""
    COMING.append(reports)
    return reports


@pytest.fixture(scope="module")
def home(registered: Home, once: Make) -> Home:
    """All that comes, taken in one batch; read only."""

    def fill(folder: Path) -> None:
        taking = copy_home(registered, folder)
        put(taking.inbox, *(report for reports in COMING for report in reports()))
        take(taking)

    return Home(once("edges", fill) / "home")


def _edged(year: int) -> Rows:
    """Every figure and date as far as its rules allow."""
    last = date(year, 12, 31)
    rows = clean_rows(year)
    rows["training"][0] |= {
        "training_kind_code": "quan_triet", "document_number": "149/2018/NĐ-CP", "document_date": date(2018, 11, 7),
        "session_count": 1, "attendee_count": 20, "member_attended_count": 20, "member_total_count": 20,
    }  # fmt: skip
    rows["model"][0] |= {"start_date": last, "recognised_date": last, "score": 75}
    rows["model"].append(
        {
            **rows["model"][0],
            "model_code": "M02",
            "model_title": "Tiết kiệm nước",
            "score": 100,
            "replicated_from_code": "M01",
        }
    )
    rows["inspection"][0] |= {"inspected_date": last, "planned_count": 1, "done_count": 1}
    rows["inspection"].append({**rows["inspection"][0], "inspection_code": "KT02", "inspected_date": date(year, 1, 1)})
    rows["inspection_finding"][0] |= {
        "found_date": last, "remedy_due_date": last, "remedied_date": last, "found_count": 2, "remedied_count": 2,
    }  # fmt: skip
    rows["dialogue"][0] |= {
        "holding_unit_count": 1, "dialogue_count": 1, "petition_raised_count": 5, "petition_settled_count": 5,
        "petition_passed_count": 0, "petition_pending_count": 0,
    }  # fmt: skip
    rows["organisation"][0] |= {"party_member_count": 30, "employee_count": 30, "cadre_count": 30}
    rows["issue"][0] |= {"issue_count": 3, "settled_count": 3, "issue_status_code": "hoan_thanh"}
    return rows


OF_UNITS = "FROM intake.finding f JOIN intake.submission s USING (submission_id) WHERE s.unit_id IN (SELECT unnest(?))"


def _found(home: Home, *units: int) -> list[tuple[object, ...]]:
    return query(home, f"SELECT f.code, f.cell, f.found {OF_UNITS} ORDER BY ALL", [list(units)])


def _verdicts(home: Home, *units: int) -> list[str]:
    sql = "SELECT verdict FROM intake.submission WHERE unit_id IN (SELECT unnest(?))"
    return [verdict for (verdict,) in query(home, sql, [list(units)])]


@comes
def _on_the_edge() -> list[Report]:
    last = date(2024, 12, 31)
    cutoff: dict[str, object] = {
        "cutoff_date": last + timedelta(days=30),
        "report_date": last + timedelta(days=30),
        "revision": 99,
    }
    first: dict[str, object] = {"cutoff_date": date(2024, 1, 1)}
    return [report_of(unit, "2024-Y", _edged(2024), cover) for unit, cover in zip(EDGE, (cutoff, first), strict=True)]


def test_every_figure_on_its_edge_is_no_finding(home: Home) -> None:
    assert _verdicts(home, *EDGE) == ["accepted"] * 2
    assert _found(home, *EDGE) == [("X-REVISION-JUMP", "B18", "99")], "the 98 before it never came"


@comes
def _with_their_cut_off() -> list[Report]:
    late = {"cutoff_date": date(2025, 1, 31), "report_date": date(2025, 1, 31)}
    later = {"cutoff_date": date(2025, 2, 1), "report_date": date(2025, 2, 1)}
    return [
        report_of(unit, "2024-Y", clean_rows(2024), cover) for unit, cover in zip(CUT_OFF, (late, later), strict=True)
    ]


def test_the_cut_off_may_follow_by_a_month(home: Home) -> None:
    on_time, after = CUT_OFF
    assert query(home, f"SELECT s.unit_id, f.code {OF_UNITS} ORDER BY ALL", [list(CUT_OFF)]) == [
        (on_time, "S-LATE"), (after, "S-CUTOFF"), (after, "S-LATE"),
    ]  # fmt: skip


#: (period, its cut-off as the template has it, the earliest report date that is taken)
_SIGNED_AHEAD = [
    ("2024-Y", date(2024, 12, 31), date(2024, 11, 30)),
    ("2024-H1", date(2024, 6, 30), date(2024, 5, 30)),
    ("2024-Q3", date(2024, 9, 30), date(2024, 9, 7)),
    ("2024-M07", date(2024, 7, 31), date(2024, 7, 24)),
]


@comes
def _signed_ahead() -> list[Report]:
    reports = []
    for period, cutoff, earliest in _SIGNED_AHEAD:
        for unit_id, day in zip(AHEAD, (earliest, earliest - timedelta(days=1)), strict=True):
            cover = {"cutoff_date": cutoff, "report_date": day}
            reports.append(report_of(unit_id, period, clean_rows(2024) if period == "2024-Y" else _no_days(), cover))
    return reports


def test_a_report_may_be_signed_before_its_period_ends_but_not_long_before(home: Home) -> None:
    sql = f"SELECT DISTINCT s.unit_id, s.period_id {OF_UNITS} AND f.code = 'S-REPORT-DATE'"
    assert set(query(home, sql, [list(AHEAD)])) == {(AHEAD[1], period) for period, _, _ in _SIGNED_AHEAD}


def _no_days() -> Rows:
    return {"organisation": clean_rows(2024)["organisation"]}


#: (score, rating) on and beside each border of the 100 points
_BANDS = [
    (100, "xuat_sac"), (90, "xuat_sac"), (89.9, "tot"), (70, "tot"), (69.9, "hoan_thanh"), (50, "hoan_thanh"),
    (49.9, "khong_hoan_thanh"), (0, "khong_hoan_thanh"),
]  # fmt: skip

#: (attended, total, stated, digits printed, whether they agree)
_RATES = [
    (1115, 1122, 99.0, 0, True),  # 99.376
    (1115, 1122, 99.4, 1, True),
    (1115, 1122, 99.38, 2, True),
    (1115, 1122, 99.37, 2, False),  # cut off instead of rounded
    (1115, 1122, 100.0, 0, False),
    (197, 200, 99.0, 0, True),  # 98.5 is rounded up
    (197, 200, 98.0, 0, True),  # or to the even number: either is a way to round
    (1969, 2000, 99.0, 0, False),  # 98.45
    (1989, 2000, 99.0, 0, True),  # 99.45
    (0, 0, 0.0, 0, True),
]


@comes
def _banded() -> list[Report]:
    reports = []
    for unit_id, (score, rating) in zip(BANDED, _BANDS, strict=True):
        rows = clean_rows(2025)
        rows["inspection"][0] |= {
            "rating_scheme_code": "366-QD/TW", "inspected_date": date(2025, 10, 1), "rating_score": score,
            "rating_code": rating,
        }  # fmt: skip
        rows["inspection_finding"] = []
        reports.append(report_of(unit_id, "2025-Y", rows))
    return reports


def test_the_bands_of_the_hundred_points(home: Home) -> None:
    assert _verdicts(home, *BANDED) == ["accepted"] * len(_BANDS)
    assert _found(home, *BANDED) == []


@comes
def _rated() -> list[Report]:
    reports = []
    for unit_id, (attended, total, stated, digits, _) in zip(RATED, _RATES, strict=True):
        rows = clean_rows(2015)
        figures = {"attendee_count": 2065, "member_attended_count": attended, "member_total_count": total}
        rows["training"][0] |= {**figures, "member_rate_stated": stated, "member_rate_digits": digits}
        rows["organisation"][0]["employee_count"] = 900
        reports.append(report_of(unit_id, "2015-Y", rows))
    return reports


def test_a_stated_rate_agrees_within_its_printed_digits(home: Home) -> None:
    assert _verdicts(home, *RATED) == ["accepted"] * len(_RATES)
    found = query(home, f"SELECT s.unit_id, f.code {OF_UNITS} ORDER BY ALL", [list(RATED)])
    assert found == [(u, "T-RATE") for u, case in zip(RATED, _RATES, strict=True) if not case[-1]]


@comes
def _qualified() -> list[Report]:
    rows = clean_rows(2024)
    rows["training"][0]["member_total_count"] = "gần 18"
    rows["training"][0]["member_attended_count"] = 18
    rows["dialogue"][0] |= {"petition_raised_count": "hơn 4", "holding_unit_count": "khoảng 5"}
    rows["inspection"][0]["planned_count"] = "khoảng 2"
    rows["inspection_finding"][0]["found_count"] = "hơn 0"
    rows["organisation"][0]["employee_count"] = "gần 30"
    rows["issue"][0]["issue_count"] = "trên 2"
    return [report_of(QUALIFIED, "2024-Y", rows)]


def test_a_figure_with_a_qualifier_is_not_compared_as_exact(home: Home) -> None:
    assert _verdicts(home, QUALIFIED) == ["accepted"]
    assert _found(home, QUALIFIED) == []


@comes
def _with_one_dialogue() -> list[Report]:
    """Decree 60/2013 was in force for 139 days of 2013: one dialogue was due, as mart.dialogue_compliance says."""
    rows = clean_rows(2013)
    rows["dialogue"][0]["dialogue_count"] = 1
    return [report_of(NORM, "2013-Y", rows)]


def test_the_norm_of_a_year_is_that_of_its_days(home: Home) -> None:
    assert _verdicts(home, NORM) == ["accepted"]
    assert _found(home, NORM) == []
    sql = "SELECT required_count, compliance_rate FROM mart.dialogue_compliance WHERE unit_id = ?"
    assert query(home, sql, [NORM]) == [(1, 100.0)]


@comes
def _of_several_periods() -> list[Report]:
    """Year equal to its half, a headcount that moves by three tenths, a status that stays."""
    half = clean_rows(2024)
    half["model"][0] |= {
        "start_date": date(2024, 2, 1),
        "status_code": "cong_nhan",
        "recognised_date": date(2024, 6, 1),
    }
    half["inspection_finding"][0]["remedied_date"] = date(2024, 6, 1)
    year = clean_rows(2024)
    year["model"][0] |= {"recognised_date": date(2024, 6, 1)}
    before, after = clean_rows(2022), clean_rows(2023)
    before["organisation"][0] |= {"party_member_count": 100, "employee_count": 200}
    after["organisation"][0] |= {"party_member_count": 130, "employee_count": 200}
    one, other = HISTORY
    return [
        *(report_of(one, "2024-H1", half), report_of(one, "2024-Y", year)),
        *(report_of(other, "2022-Y", before), report_of(other, "2023-Y", after)),
    ]


def test_history_on_its_edge(home: Home) -> None:
    assert len(_verdicts(home, *HISTORY)) == 4
    assert [row for row in _found(home, *HISTORY) if str(row[0]).startswith("X-")] == []


@comes
def _half_and_qualified_year() -> list[Report]:
    half, year = clean_rows(2024), clean_rows(2024)
    half["model"] = half["inspection_finding"] = year["model"] = year["inspection_finding"] = []
    for table, figure in (("training", "session_count"), ("inspection", "done_count")):
        half[table][0][figure] = 3
        year[table] = [{**year[table][0], figure: 2}, {**year[table][0], figure: "khoảng 4"}]
    year["inspection"][1]["inspection_code"] = "KT02"
    half["inspection"][0]["planned_count"] = 3
    return [report_of(HALF, "2024-H1", half), report_of(HALF, "2024-Y", year)]


def test_a_year_with_a_qualified_figure_is_not_below_its_half(home: Home) -> None:
    assert _verdicts(home, HALF) == ["accepted"] * 2
    assert _found(home, HALF) == []


@comes
def _with_a_slip_after_five_years() -> list[Report]:
    reports = []
    for year in range(2016, 2021):
        rows = clean_rows(year)
        rows["training"][0]["attendee_count"] = 40 + year % 7
        reports.append(report_of(UNUSUAL, f"{year}-Y", rows))
    slips = clean_rows(2021)
    slips["training"][0] |= {"attendee_count": 4100, "session_count": 20}
    slips["dialogue"][0] |= {"petition_raised_count": 0, "petition_settled_count": 0, "petition_passed_count": 0,
                             "petition_pending_count": 0}  # fmt: skip
    slips["issue"][0] |= {"issue_count": 20, "settled_count": 1}
    return [*reports, report_of(UNUSUAL, "2021-Y", slips)]


def test_figures_far_from_what_the_unit_reports_are_asked_about_wherever_they_stand(home: Home) -> None:
    """A slip of the finger among five years: asked about at its cell with what is usual; small figures and zeros are not."""
    assert _verdicts(home, UNUSUAL) == ["accepted"] * 6
    sql = f"SELECT f.table_name, f.column_name, f.cell, f.found {OF_UNITS} AND f.code = 'X-UNUSUAL'"
    found = query(home, sql, [[UNUSUAL]])
    assert found == [
        ("training", "attendee_count", "E7", "Số người dự: 4100; thường ghi khoảng 42 (6 báo cáo)"),
    ]


@comes
def _with_more_attendees_than_anybody_has() -> list[Report]:
    rows = clean_rows(2024)
    rows["training"][0] |= {"attendee_count": 9_000_000, "session_count": 3}
    unknown = clean_rows(2024)
    unknown["training"][0] |= {"attendee_count": 9_000_000, "session_count": 3}
    unknown["organisation"][0] |= {"employee_count": None, "party_member_count": None, "cadre_count": None}
    return [report_of(unit, "2024-Y", said) for unit, said in zip(SIZE, (rows, unknown), strict=True)]


def test_attendees_of_a_unit_that_tells_its_size_are_compared_with_it(home: Home) -> None:
    assert _verdicts(home, *SIZE) == ["accepted"] * 2
    assert query(home, f"SELECT f.found {OF_UNITS} AND f.code = 'X-ATTENDEES-OVER'", [list(SIZE)]) == [
        ("9000000 lượt người, 3 cuộc; đơn vị có 90 lao động, 30 đảng viên (Năm 2024)",)
    ]
