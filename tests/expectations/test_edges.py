"""Figures exactly on the edge of a rule are no finding: what holds with equality, and what is not an exact figure at all.

The planted defects (test_planted_defects) lie beyond the edge; together they tell ``<=`` from ``<``.
"""

from __future__ import annotations

from datetime import date, timedelta

from tests.support import Rows, clean_rows, put, query, report_of, take
from warehouse.home import Home


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


def _found(home: Home) -> list[tuple[object, ...]]:
    return query(home, "SELECT code, cell, found FROM intake.finding ORDER BY ALL")


def test_every_figure_on_its_edge_is_no_finding(home: Home) -> None:
    last = date(2024, 12, 31)
    cutoff = {"cutoff_date": last + timedelta(days=30), "report_date": last + timedelta(days=30), "revision": 99}
    first = {"cutoff_date": date(2024, 1, 1)}
    put(home.inbox, report_of(104, "2024-Y", _edged(2024), cutoff), report_of(105, "2024-Y", _edged(2024), first))
    assert len(take(home).accepted) == 2
    assert _found(home) == [("X-REVISION-JUMP", "B18", "99")], "the 98 before it never came"


def test_the_cut_off_may_follow_by_a_month(home: Home) -> None:
    late = {"cutoff_date": date(2025, 1, 31), "report_date": date(2025, 1, 31)}
    later = {"cutoff_date": date(2025, 2, 1), "report_date": date(2025, 2, 1)}
    put(home.inbox, report_of(104, "2024-Y", clean_rows(2024), late), report_of(105, "2024-Y", clean_rows(2024), later))
    take(home)
    sql = "SELECT unit_code, code FROM intake.finding JOIN intake.submission USING (submission_id) ORDER BY ALL"
    assert query(home, sql) == [("DV004", "S-LATE"), ("DV005", "S-CUTOFF"), ("DV005", "S-LATE")]


#: (period, its cut-off as the template has it, the earliest report date that is taken)
_SIGNED_AHEAD = [
    ("2024-Y", date(2024, 12, 31), date(2024, 11, 30)),
    ("2024-H1", date(2024, 6, 30), date(2024, 5, 30)),
    ("2024-Q3", date(2024, 9, 30), date(2024, 9, 7)),
    ("2024-M07", date(2024, 7, 31), date(2024, 7, 24)),
]


def test_a_report_may_be_signed_before_its_period_ends_but_not_long_before(home: Home) -> None:
    reports = []
    for period, cutoff, earliest in _SIGNED_AHEAD:
        for unit_id, day in ((104, earliest), (105, earliest - timedelta(days=1))):
            cover = {"cutoff_date": cutoff, "report_date": day}
            reports.append(report_of(unit_id, period, clean_rows(2024) if period == "2024-Y" else _no_days(), cover))
    put(home.inbox, *reports)
    take(home)
    sql = (
        "SELECT DISTINCT unit_code, period_id FROM intake.finding JOIN intake.submission USING (submission_id) "
        "WHERE code = 'S-REPORT-DATE'"
    )
    assert set(query(home, sql)) == {("DV005", period) for period, _, _ in _SIGNED_AHEAD}


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


def test_the_bands_of_the_hundred_points(home: Home) -> None:
    for unit_id, (score, rating) in enumerate(_BANDS, start=104):
        rows = clean_rows(2025)
        rows["inspection"][0] |= {
            "rating_scheme_code": "366-QD/TW", "inspected_date": date(2025, 10, 1), "rating_score": score,
            "rating_code": rating,
        }  # fmt: skip
        rows["inspection_finding"] = []
        put(home.inbox, report_of(unit_id, "2025-Y", rows))
    assert len(take(home).accepted) == len(_BANDS)
    assert _found(home) == []


def test_a_stated_rate_agrees_within_its_printed_digits(home: Home) -> None:
    for unit_id, (attended, total, stated, digits, _) in enumerate(_RATES, start=104):
        rows = clean_rows(2015)
        figures = {"attendee_count": 2065, "member_attended_count": attended, "member_total_count": total}
        rows["training"][0] |= {**figures, "member_rate_stated": stated, "member_rate_digits": digits}
        rows["organisation"][0]["employee_count"] = 900
        put(home.inbox, report_of(unit_id, "2015-Y", rows))
    assert len(take(home).accepted) == len(_RATES)
    sql = "SELECT s.unit_id, f.code FROM intake.finding f JOIN intake.submission s USING (submission_id) ORDER BY ALL"
    assert query(home, sql) == [(u, "T-RATE") for u, case in enumerate(_RATES, start=104) if not case[-1]]


def test_a_figure_with_a_qualifier_is_not_compared_as_exact(home: Home) -> None:
    rows = clean_rows(2024)
    rows["training"][0]["member_total_count"] = "gần 18"
    rows["training"][0]["member_attended_count"] = 18
    rows["dialogue"][0] |= {"petition_raised_count": "hơn 4", "holding_unit_count": "khoảng 5"}
    rows["inspection"][0]["planned_count"] = "khoảng 2"
    rows["inspection_finding"][0]["found_count"] = "hơn 0"
    rows["organisation"][0]["employee_count"] = "gần 30"
    rows["issue"][0]["issue_count"] = "trên 2"
    put(home.inbox, report_of(104, "2024-Y", rows))
    assert len(take(home).accepted) == 1
    assert _found(home) == []


def test_the_norm_of_a_year_is_that_of_its_days(home: Home) -> None:
    """Decree 60/2013 was in force for 139 days of 2013: one dialogue was due, as mart.dialogue_compliance says."""
    rows = clean_rows(2013)
    rows["dialogue"][0]["dialogue_count"] = 1
    put(home.inbox, report_of(104, "2013-Y", rows))
    take(home)
    assert _found(home) == []
    sql = "SELECT required_count, compliance_rate FROM mart.dialogue_compliance"
    assert query(home, sql) == [(1, 100.0)]


def test_history_on_its_edge(home: Home) -> None:
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
    put(home.inbox, report_of(104, "2024-H1", half), report_of(104, "2024-Y", year))
    put(home.inbox, report_of(105, "2022-Y", before), report_of(105, "2023-Y", after))
    take(home)
    assert [row for row in _found(home) if str(row[0]).startswith("X-")] == []


def test_a_year_with_a_qualified_figure_is_not_below_its_half(home: Home) -> None:
    half, year = clean_rows(2024), clean_rows(2024)
    half["model"] = half["inspection_finding"] = year["model"] = year["inspection_finding"] = []
    for table, figure in (("training", "session_count"), ("inspection", "done_count")):
        half[table][0][figure] = 3
        year[table] = [{**year[table][0], figure: 2}, {**year[table][0], figure: "khoảng 4"}]
    year["inspection"][1]["inspection_code"] = "KT02"
    half["inspection"][0]["planned_count"] = 3
    put(home.inbox, report_of(104, "2024-H1", half), report_of(104, "2024-Y", year))
    assert len(take(home).accepted) == 2
    assert _found(home) == []


def test_figures_far_from_what_the_unit_reports_are_asked_about_wherever_they_stand(home: Home) -> None:
    """A slip of the finger among five years: asked about at its cell with what is usual; small figures and zeros are not."""
    for year in range(2016, 2021):
        rows = clean_rows(year)
        rows["training"][0]["attendee_count"] = 40 + year % 7
        put(home.inbox, report_of(104, f"{year}-Y", rows))
    slips = clean_rows(2021)
    slips["training"][0] |= {"attendee_count": 4100, "session_count": 20}
    slips["dialogue"][0] |= {"petition_raised_count": 0, "petition_settled_count": 0, "petition_passed_count": 0,
                             "petition_pending_count": 0}  # fmt: skip
    slips["issue"][0] |= {"issue_count": 20, "settled_count": 1}
    put(home.inbox, report_of(104, "2021-Y", slips))
    assert len(take(home).accepted) == 6
    found = query(home, "SELECT table_name, column_name, cell, found FROM intake.finding WHERE code = 'X-UNUSUAL'")
    assert found == [
        ("training", "attendee_count", "E7", "Số người dự: 4100; thường ghi khoảng 42 (6 báo cáo)"),
    ]


def test_attendees_of_a_unit_that_tells_its_size_are_compared_with_it(home: Home) -> None:
    rows = clean_rows(2024)
    rows["training"][0] |= {"attendee_count": 9_000_000, "session_count": 3}
    unknown = clean_rows(2024)
    unknown["training"][0] |= {"attendee_count": 9_000_000, "session_count": 3}
    unknown["organisation"][0] |= {"employee_count": None, "party_member_count": None, "cadre_count": None}
    put(home.inbox, report_of(104, "2024-Y", rows), report_of(105, "2024-Y", unknown))
    assert len(take(home).accepted) == 2
    assert query(home, "SELECT found FROM intake.finding WHERE code = 'X-ATTENDEES-OVER'") == [
        ("9000000 lượt người, 3 cuộc; đơn vị có 90 lao động, 30 đảng viên (Năm 2024)",)
    ]
