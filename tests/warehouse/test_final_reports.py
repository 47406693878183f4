"""Units that end within a year: which report is their last, and that nothing is counted with it and with their successors' too."""

from __future__ import annotations

from datetime import date

import pytest

from tests.support import Rows, changed_register, clean_rows, end_unit, put, query, report_of, take
from warehouse.home import Home

#: unit, its last day in 2023, and into which it went: of 47 units of the year
ENDS = [
    (110, date(2023, 6, 30), 109),
    (141, date(2023, 5, 15), None),
    (142, date(2023, 10, 31), None),
    (143, date(2023, 12, 31), None),
]


def _ending(rows: Rows) -> None:
    for unit_id, day, into in ENDS:
        end_unit(rows, unit_id, day, into)


@pytest.fixture
def ended(home: Home) -> Home:
    """A register in which these units end, and reports of one that did, in two periods, and of its successor."""
    half = clean_rows(2023)
    half["model"][0] |= {"recognised_date": None, "status_code": "trien_khai"}
    half["inspection_finding"][0] |= {"remedied_date": date(2023, 6, 1)}
    put(
        home.inbox,
        changed_register(_ending),
        *(report_of(unit, "2023-Y", clean_rows(2023)) for unit in (109, 110)),
        report_of(110, "2023-H1", half),
    )
    take(home)
    return home


def test_a_unit_that_ended_owes_one_report_up_to_its_end_and_is_among_those_due(ended: Home) -> None:
    sql = (
        "SELECT unit_id, period_id, is_final, timeliness FROM mart.completeness_by_form "
        "WHERE year = 2023 AND is_expected AND unit_id IN (109, 110, 141, 142, 143) ORDER BY 1"
    )
    assert query(ended, sql) == [
        (109, "2023-Y", False, "on_time"),
        (110, "2023-H1", True, "on_time"),
        (141, "2023-H1", True, "missing"),
        (142, "2023-Y", True, "missing"),
        (143, "2023-Y", True, "missing"),
    ]
    due = "SELECT due, received, classes_tap_huan FROM mart.key_figures WHERE year = 2023 AND reporter_level = 'unit'"
    assert query(ended, due) == [(47, 2, 4)], "each unit of the year once, and the classes of those that are counted"


def test_the_year_of_a_unit_that_was_merged_in_it_is_refused_and_says_who_reports_what(ended: Home) -> None:
    sql = (
        "SELECT s.period_id, s.verdict, f.code, f.expected FROM intake.submission s LEFT JOIN intake.finding f USING (submission_id) "
        "WHERE s.unit_id IN (109, 110) ORDER BY 1, 2"
    )
    ((half, *_), (_, kept, no_code, _), (year, verdict, code, told)) = query(ended, sql)
    assert (half, kept, no_code) == ("2023-H1", "accepted", None)
    assert (year, verdict, code) == ("2023-Y", "rejected", "S-OVERLAP-SUCCESSOR")
    assert told == (
        "Đơn vị kết thúc ngày 30/06/2023: báo cáo cuối là 6 tháng đầu năm 2023; "
        "những ngày sau do DV009 (Công ty CP Môi trường Đô thị) báo cáo"
    )


def _models(**status_of: str) -> Rows:
    """A report of these models, each of a title of its own."""
    rows = clean_rows(2023)
    model = {**rows["model"][0], "recognised_date": None, "start_date": date(2023, 2, 1)}
    rows["model"] = [
        {**model, "model_code": code, "model_title": f"Mô hình {code}", "status_code": status}
        for code, status in status_of.items()
    ]
    rows["inspection_finding"] = []
    return rows


def _half(rows: Rows) -> None:
    for unit, into in ((110, 109), (142, 141)):
        end_unit(rows, unit, date(2023, 6, 30), into)


def test_what_stands_at_the_end_of_a_year_is_told_by_the_units_that_stand_then(home: Home) -> None:
    """What was brought to its end before stays told by who did, unless the successor tells it under a code of its own."""
    successor = _models(M01="trien_khai", M09="ket_thuc")
    successor["model"][1]["model_code_before"] = "DV010/M03"
    put(
        home.inbox,
        changed_register(_half),
        report_of(110, "2023-H1", _models(M01="trien_khai", M02="ket_thuc", M03="ket_thuc", M04="dang_ky")),
        report_of(109, "2023-Y", successor),
        report_of(142, "2023-H1", _models(M05="trien_khai")),
        # of the unit that it went into nothing came yet of the time since
        report_of(141, "2023-Q1", {t: r if t == "organisation" else [] for t, r in clean_rows(2023).items()}),
    )
    assert not take(home).rejected
    counted = "SELECT unit_id, {} FROM core.{} WHERE is_counted ORDER BY ALL"
    assert query(home, counted.format("model_code", "model_rows")) == [
        (109, "M01"), (109, "M09"), (110, "M02"), (142, "M05"),
    ]  # fmt: skip
    assert query(home, "SELECT model_code, uncounted FROM core.model_rows WHERE NOT is_counted ORDER BY ALL") == [
        ("M01", "passed_on"), ("M03", "passed_on"), ("M04", "passed_on"),
    ]  # fmt: skip
    assert query(home, counted.format("uncounted", "organisation_rows")) == [(109, None), (141, None), (142, None)]
    figures = "SELECT models_done_or_running, models_running FROM mart.key_figures WHERE year = 2023 AND reporter_level = 'unit'"
    assert query(home, figures) == [(4, 2)]
    stands = "SELECT unit_id, models_running, has_committee IS NULL FROM mart.unit_year WHERE unit_id IN (109, 110, 142) ORDER BY ALL"
    assert query(home, stands) == [(109, 1, False), (110, 0, True), (142, 1, False)]
