"""The marts on hostile reports: nothing reported, qualified figures, units that end within a year, a roll-out told twice.

Does not belong here: the founding figures (assets.test_figures), order and splits of batches (assets.test_batch).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from assets.sample.report import Report
from tests.support import Rows, changed_register, clean_rows, end_unit, put, query, report_of, take
from warehouse.home import Home

#: a unit of the sample register that the tests let end
ENDING = 105


def _only(year: int, **tables: list[dict[str, object]]) -> Rows:
    """A report with the organisation sheet and ``tables``."""
    rows = clean_rows(year)
    return {t: tables.get(t, rows[t] if t == "organisation" else []) for t in rows}


def _register(revision: int, *more: dict[str, object], ended: date | None = None) -> Report:
    """The sample register, with more documents and perhaps the day on which the unit ENDING ended."""

    def change(rows: Rows) -> None:
        rows["document"] += more
        if ended:
            end_unit(rows, ENDING, ended)

    return changed_register(change, revision)


def test_a_dialogue_that_nobody_reported_is_not_a_dialogue_held(home: Home) -> None:
    some = [{**clean_rows(2017)["dialogue"][0], "dialogue_count": 2}]
    put(home.inbox, report_of(104, "2017-Y", _only(2017)), report_of(105, "2017-Y", _only(2017, dialogue=some)))
    take(home)
    sql = "SELECT unit_id, norm_count, done_count, compliance_rate FROM mart.dialogue_compliance ORDER BY 1"
    assert query(home, sql) == [(104, 4, None, None), (105, 4, 2, 50.0)]
    assert query(home, "SELECT dialogue_percent FROM mart.key_figures WHERE reporter_level = 'unit'") == [(50.0,)]


def test_the_states_of_cells_reach_the_marts(home: Home) -> None:
    """Zero, none stated, blank and qualified differ to the end, and none of them but zero is a figure."""
    said: dict[int, object] = {104: 0, 105: "Không", 106: None, 108: "khoảng 4", 109: 4}
    for unit, count in said.items():
        dialogue = [{"dialogue_kind_code": "dinh_ky", "dialogue_count": count}] if count is not None else []
        inspection = [{**clean_rows(2017)["inspection"][0], "done_count": count}]
        rows = _only(2017, dialogue=dialogue, inspection=inspection)
        put(home.inbox, replace(report_of(unit, "2017-Y", rows), suffix=f"_{unit}"))
    assert take(home).rejected == []
    states = query(home, "SELECT unit_id, done_count, done_state FROM mart.dialogue_compliance ORDER BY 1")
    assert states == [
        (104, 0, "zero"), (105, None, "none_stated"), (106, None, "not_reported"), (108, None, "khoang"), (109, 4, "value"),
    ]  # fmt: skip
    assert query(home, "SELECT done_count, not_exact_count FROM mart.inspection_by_year") == [(4, 3)]


def test_a_report_that_never_came_is_not_zero_days_late(home: Home) -> None:
    put(home.inbox, report_of(104, "2024-Y", clean_rows(2024)))
    take(home)
    sql = "SELECT DISTINCT timeliness, days_late FROM mart.completeness ORDER BY ALL"
    assert query(home, sql) == [("missing", None), ("on_time", 0)]


def test_a_unit_that_ended_within_the_year_stays_a_unit(home: Home) -> None:
    put(home.inbox, _register(8, ended=date(2017, 6, 30)), report_of(104, "2017-Y", clean_rows(2017)))
    put(home.inbox, replace(report_of(ENDING, "2017-Y", clean_rows(2017)), suffix="_ended"))
    take(home)
    assert query(home, "SELECT unit_id FROM core.unit_on_day WHERE unit_id = 105 AND valid_until > '2017-06-30'") == []
    levels = "SELECT reporter_level, unit_count FROM mart.{} WHERE year = 2017"
    assert query(home, levels.format("training_by_year")) == [("unit", 2)]
    assert query(home, levels.format("inspection_by_year")) == [("unit", 2)]
    sql = "SELECT unit_id, required_count, compliance_rate FROM mart.dialogue_compliance ORDER BY 1"
    assert query(home, sql) == [(104, 4, 100.0), (105, 1, 100.0)]  # 181 of 365 days of 4 a year, rounded down


def test_rates_are_ratios_of_sums_over_rows_that_state_both_exactly(home: Home) -> None:
    row = clean_rows(2024)["training"][0]  # 18 of 20
    training = [
        row,
        {**row, "attendee_count": 30, "member_attended_count": 30, "member_total_count": None},
        {**row, "attendee_count": 12, "member_attended_count": "khoảng 5", "member_total_count": 10},
    ]
    found = {**clean_rows(2024)["inspection_finding"][0], "found_count": "trên 10", "remedied_count": 9}
    findings = [clean_rows(2024)["inspection_finding"][0], found]  # 1 of 2, and more than 10
    inspection = clean_rows(2024)["inspection"]
    rows = _only(2024, training=training, inspection=inspection, inspection_finding=findings)
    put(home.inbox, report_of(104, "2024-Y", rows), report_of(105, "2024-Y", _only(2024, training=[row])))
    assert len(take(home).accepted) == 2
    by_unit = (
        "SELECT unit_id, member_attended_count, member_total_count, member_rate FROM mart.training_by_unit ORDER BY 1"
    )
    assert query(home, by_unit) == [(104, 48, 30, 90.0), (105, 18, 20, 90.0)]
    assert query(home, "SELECT member_attended_count, member_rate FROM mart.training_by_year") == [(66, 90.0)]
    remedy = "SELECT found_count, remedied_count, remedy_rate, overdue_count FROM mart.inspection_finding_by_year"
    assert query(home, remedy) == [(2, 10, 50.0, 1)]


def test_a_roll_out_counts_once_within_a_year_too_and_the_second_report_is_a_warning(home: Home) -> None:
    rolled: dict[str, object] = {
        **clean_rows(2024)["training"][0],
        "training_kind_code": "quan_triet",
        "document_number": "149/2018/NĐ-CP",
        "document_date": date(2018, 11, 7),
    }
    put(
        home.inbox,
        *(report_of(104, f"2024-{p}", _only(2024, training=[rolled])) for p in ("Q1", "Q3")),
        report_of(105, "2024-H1", _only(2024, training=[rolled])),
        report_of(105, "2024-Y", _only(2024, training=[rolled])),  # the year contains its half: told once
    )
    take(home)
    review = "SELECT value FROM mart.programme_review('2024-01-01', '2024-12-31', programme := '149/2018/NĐ-CP')"
    assert query(home, f"{review} WHERE indicator = 'session_party_members_total'") == [(40.0,)]
    again = "SELECT unit_code, period_id FROM intake.finding JOIN intake.submission USING (submission_id) WHERE code = "
    assert query(home, f"{again} 'X-ROLLOUT-AGAIN'") == [("DV004", "2024-Q3")]


def test_sessions_without_a_document_are_not_one_roll_out(home: Home) -> None:
    row = {**clean_rows(2024)["training"][0], "training_kind_code": "quan_triet"}
    put(home.inbox, *(report_of(104, f"{y}-Y", _only(y, training=[row])) for y in (2024, 2025)))
    take(home)
    review = "SELECT value FROM mart.programme_review('2024-01-01', '2025-12-31') WHERE level = 'units'"
    assert query(home, f"{review} AND indicator = 'session_count'") == [(4.0,)]


def test_a_stated_no_is_zero_and_silence_is_null(home: Home) -> None:
    rows = clean_rows(2024)
    rows["organisation"][0].update({"is_person_assigned": False, "person_role_code": None})
    rows["model"][0].update({"status_code": "dang_ky", "recognised_date": None})
    rows["inspection"][0]["is_on_plan"] = None
    put(home.inbox, report_of(104, "2024-Y", rows))
    take(home)
    review = dict(query(home, "SELECT indicator, value FROM mart.programme_review('2024-01-01', '2024-12-31')"))
    assert (review["units_person_assigned"], review["dvk_models_active"], review["dvk_participating_units"]) == (
        0,
        0,
        0,
    )
    assert review["units_on_plan_claimed"] is None
    assert query(home, "SELECT on_plan_unit_count FROM mart.inspection_by_year") == [(None,)]


def test_rows_that_differ_in_a_claim_are_shown_as_they_are(home: Home) -> None:
    rows = clean_rows(2024)
    held = rows["inspection"][0]
    rows["inspection"] = [held, {**held, "inspection_code": "KT09", "planned_count": 9, "is_on_plan": False}]
    put(home.inbox, report_of(104, "2024-Y", rows))
    take(home)
    told = "SELECT on_plan_row_count, not_on_plan_row_count FROM mart.inspection_by_unit"
    assert query(home, told) == [(1, 1)]


def test_columns_that_were_merged_break_under_their_old_names_too(home: Home) -> None:
    sql = "SELECT column_name FROM mart.series_break WHERE break_kind = 'merged' ORDER BY 1"
    assert query(home, sql) == [("cadre_count",), ("cadre_full_time_count",), ("cadre_part_time_count",)]


def test_a_register_that_learns_a_document_lets_the_reports_that_cite_it_be_judged_anew(home: Home) -> None:
    unknown: dict[str, object] = {"document_number": "77-CTr/TU", "document_date": date(2024, 3, 1)}
    accepted, rejected = clean_rows(2024), clean_rows(2024)
    accepted["training"][0] |= unknown
    rejected["training"][0] |= {**unknown, "member_attended_count": 21}
    put(home.inbox, report_of(104, "2024-Y", accepted), report_of(105, "2024-Y", rejected))
    put(home.inbox, replace(report_of(106, "2024-Y", clean_rows(2024)), suffix="_other"))
    take(home)
    codes = "SELECT code FROM intake.finding WHERE code LIKE 'T-DOC%'"
    assert query(home, codes) == [("T-DOC-UNKNOWN",)] * 2
    known: dict[str, object] = {"document_id": 900, "document_title": "Chương trình 77", "document_number": "77-CTr/TU"}
    put(home.inbox, _register(9, {**known, "document_date": date(2024, 3, 1)}))
    assert len(take(home).replayed) == 2
    assert query(home, codes) == []
    assert query(home, "SELECT document_id FROM mart.training_by_unit WHERE unit_id = 104") == [(900,)]


def test_a_code_that_a_second_unit_takes_over_keeps_the_first_units_reports(home: Home) -> None:
    """The unit that was alive in the period is meant, whoever bears the code today."""
    register = _register(8, ended=date(2019, 12, 31))
    old = next(r for r in register.rows["unit"] if r["unit_id"] == ENDING)
    heir = {**old, "unit_id": 900, "unit_name": "Đơn vị mới", "valid_from": date(2020, 1, 1), "valid_to": None}
    put(home.inbox, replace(register, rows={**register.rows, "unit": [*register.rows["unit"], heir]}))
    put(home.inbox, *(report_of(ENDING, f"{y}-Y", clean_rows(y)) for y in (2018, 2022)))
    take(home)
    assert query(home, "SELECT year, unit_id FROM mart.year_source ORDER BY 1") == [(2018, ENDING), (2022, 900)]
