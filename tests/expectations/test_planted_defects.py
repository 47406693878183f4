"""Every rule finds its planted defect at exactly its cell, and finds nothing in clean reports."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, replace
from datetime import date
from itertools import product
from pathlib import Path

import pytest

from assets.sample.files import write_report
from assets.sample.report import Report, register_report
from expectations.rule import rules
from tests.conftest import Make
from tests.expectations.defect import Defect, expected_cell
from tests.expectations.defects import ENDED, YEAR, defects
from tests.support import (
    clean_rows,
    copied,
    copy_home,
    end_unit,
    make_home,
    newest,
    put,
    query,
    report_of,
    second_opinion,
    take,
)
from warehouse.codes import code_lists
from warehouse.declaration import report_tables
from warehouse.home import Home

#: one worker for the tests that read the one batch, while the other does something else
PLANTED = pytest.mark.xdist_group("planted")
#: set where the defects of reports are planted a second time, under one more form year (tests/test_recipes.py)
AGAIN = "DANVAN_TEST_PLANTED_AGAIN"
DEFECTS = {d.code: d for d in defects() if AGAIN not in os.environ or d.make(104).form.form_code == newest().form_code}
#: a totals row stands only in workbooks that offices made themselves: tried below; a closed year in assets/test_closing; a
#: register that leaves rows out in assets/test_register
ELSEWHERE = {"A-FOOT", "S-YEAR-CLOSED", *(r.code for r in rules() if r.table == "staging.lost_row")}
CLEAN = (2015, 2018, 2022, 2024, 2025)
#: units of the sample register that are there in all of these years
ALWAYS = (119, 120, 121, 122, 124, 125, 126, 127, 128, 129)
FINDINGS = "FROM intake.finding f JOIN intake.submission s USING (submission_id)"


@dataclass(frozen=True)
class Planted:
    """The reports with a defect, and what was said of them, by the code of the defect (of a file with several, at each)."""

    reports: dict[str, Report]
    verdicts: dict[str, str]
    findings: dict[str, set[tuple[str, str | None, str | None]]]  # (code, sheet, cell)
    found: dict[str, str]  # what the finding of that code says was found


@pytest.fixture(scope="module")
def planted(once: Make) -> Planted:
    """One file per defect, all taken in one batch, each from a unit of its own; files are named after the codes."""
    reports = {d.code: _from_unit(d.make(104), n) for n, d in enumerate(DEFECTS.values())}

    def fill(folder: Path) -> None:
        home = make_home(folder)
        _put_as(home.inbox, _register_with(len(DEFECTS)), "register.xlsx")
        for n, defect in enumerate(DEFECTS.values()):
            for m, earlier in enumerate(defect.before(104)):
                _put_as(home.inbox, _from_unit(earlier, n), f"before-{defect.code}-{m}.xlsx")
            if defect.in_file == defect.code:
                _put_as(home.inbox, reports[defect.code], f"{defect.code}.xlsx")
        with second_opinion(wanted=AGAIN not in os.environ):
            take(home)

    home = Home(once("planted", fill))
    verdicts = dict(query(home, "SELECT file_name, verdict FROM intake.submission"))
    found = query(home, f"SELECT s.file_name, f.code, f.sheet, f.cell, f.found {FINDINGS}")
    files = {code: f"{defect.in_file}.xlsx" for code, defect in DEFECTS.items()}
    return Planted(
        reports,
        {code: verdicts[file] for code, file in files.items()},
        {code: {tuple(row[1:4]) for row in found if row[0] == file} for code, file in files.items()},
        {row[1]: row[4] for row in found if row[0] == files.get(row[1])},
    )


def _register_with(count: int) -> Report:
    """The sample register, ``count`` more units, T000 and on, and two that ended; dated after all others, which thus leave out nothing of it."""
    report = register_report()
    report = replace(report, cover={**report.cover, "report_date": date(2025, 3, 6)})
    model = report.rows["unit"][-1]
    more = [
        {**model, "unit_id": 1000 + n, "unit_code": f"T{n:03d}", "unit_name": f"Đơn vị thử {n}", "parent_unit_id": 1,
         "valid_from": date(2000, 1, 1), "valid_to": None}
        for n in range(count)
    ]  # fmt: skip
    rows = copied(report.rows)
    rows["unit"] += more + [
        {**model, "unit_id": 990 + n, "unit_code": code, "unit_name": code, "parent_unit_id": 1, "valid_from": date(2000, 1, 1), "valid_to": None}
        for n, code in enumerate(ENDED)
    ]  # fmt: skip
    end_unit(rows, 990, date(YEAR, 6, 30))
    end_unit(rows, 991, date(YEAR, 5, 15), into=101)
    return replace(report, rows=rows)


def _from_unit(report: Report, n: int) -> Report:
    """The same report from the unit T{n}, unless the report says itself who sends it."""
    if report.form.form_code != "BCDV":
        return replace(report, suffix="")
    return replace(report, cover={"unit_code": f"T{n:03d}", "unit_name": f"Đơn vị thử {n}", **report.cover}, suffix="")


def _put_as(folder: Path, report: Report, name: str) -> None:
    written = write_report(folder / "written", report, seed=1)
    written.rename(folder / name)
    shutil.rmtree(folder / "written")


@PLANTED
@pytest.mark.parametrize("code", sorted(DEFECTS))
def test_the_rule_finds_its_defect_at_its_cell(planted: Planted, code: str) -> None:
    defect, report, found = DEFECTS[code], planted.reports[code], planted.findings[code]
    cells = {(sheet, cell) for c, sheet, cell in found if c == code}
    assert cells == {expected_cell(defect, report) if n == 0 else _twin(defect, report) for n in range(defect.twins)}
    assert {c for c, _, _ in found} - {code, *defect.also} == set(), "nothing else is wrong in this file"


#: what a rule across periods compared, in the words of the receipt
BOTH_SIDES = {
    "X-STATUS-PATH": f"Được nhân rộng; Năm {YEAR}: Đăng ký",
    "X-FIELD-CHANGED": f"Văn hóa - xã hội; Năm {YEAR}: Kinh tế",
    "X-TITLE-CHANGED": f"Vườn rau sạch; Năm {YEAR}: Tiết kiệm điện",
    "X-ROLLOUT-AGAIN": f"149/2018/NĐ-CP; đã báo cáo: Năm {YEAR}",
    "X-YEAR-BELOW-TRAINING": f"1; 6 tháng đầu năm {YEAR}: 2",
    "X-YEAR-BELOW-DIALOGUE": f"3; 6 tháng đầu năm {YEAR}: 4",
    "X-YEAR-BELOW-INSPECTION": f"1; 6 tháng đầu năm {YEAR}: 2",
    "X-INSPECTION-CHANGED": f"KT01, ngày 09/05/{YEAR}; 6 tháng đầu năm {YEAR}: ngày 10/05/{YEAR}",
    "X-HEADCOUNT-JUMP": f"60; Năm {YEAR}: 30",
    "X-ATTENDEES-OVER": f"901 lượt người, 2 cuộc; đơn vị có 90 lao động, 30 đảng viên (Năm {YEAR})",
    "X-PARTICIPANTS-OVER": f"1801 lượt người, 4 cuộc; đơn vị có 90 lao động, 30 đảng viên (Năm {YEAR})",
    "X-UNUSUAL": "Số vụ việc: 40; thường ghi khoảng 3 (4 báo cáo)",
}


@PLANTED
@pytest.mark.parametrize("code", BOTH_SIDES)
def test_a_rule_across_periods_shows_both_sides(planted: Planted, code: str) -> None:
    assert planted.found[code] == BOTH_SIDES[code]


def _twin(defect: Defect, report: Report) -> tuple[str, str]:
    """The other of two rows that clash: the one added at the end."""
    return expected_cell(defect, report, len(report.rows[defect.table]) - 1 - defect.row)


@PLANTED
@pytest.mark.parametrize("code", sorted(DEFECTS))
def test_errors_reject_and_warnings_do_not(planted: Planted, code: str) -> None:
    severity = {r.code: r.severity for r in rules()}
    worst = {severity[c] for c, _, _ in planted.findings[code]}
    assert planted.verdicts[code] == ("rejected" if "error" in worst else "accepted")


@PLANTED
def test_a_defect_stands_on_an_older_version_only_where_the_newest_cannot_have_it(
    planted: Planted,
) -> None:
    """So a new form year silences nothing: with it, each defect stands on the new version (tests/test_recipes.py)."""
    form = newest()
    lacks = {r.code for r in rules() if r.versions and form.name not in r.versions}
    never_expired = {
        f"{t.prefix}-{c.name.upper().replace('_', '-')}-EXPIRED"
        for t in report_tables().values()
        for c in t.columns
        if c.codes and all(x.valid_to is None and x.valid_from <= form.valid_from for x in code_lists()[c.codes])
    }
    older = {code for code, r in planted.reports.items() if r.form.form_code == form.form_code and r.form != form}
    assert older == (lacks | never_expired) & DEFECTS.keys()
    assert older == {"T-RATE", "T-RATE-RANGE", "MDL-FIELD-CODE-EXPIRED"}


def test_every_rule_has_a_planted_defect() -> None:
    assert {r.code for r in rules()} - DEFECTS.keys() - ELSEWHERE == set()
    assert len(rules()) >= 40


@pytest.fixture(scope="module")
def together(registered: Home, once: Make) -> Home:
    """A report with a row pasted again for each table, and clean ones of five years: of a unit each, in one batch; read only."""

    def fill(folder: Path) -> None:
        home = copy_home(registered, folder)
        for unit_id, table in enumerate(report_tables(), start=104):
            rows = clean_rows(2024)
            rows[table].append(dict(rows[table][0]))
            _put_as(home.inbox, report_of(unit_id, "2024-Y", rows), f"{table}.xlsx")
        for unit_id, (year, n) in zip(ALWAYS, product(CLEAN, range(2)), strict=True):
            _put_as(home.inbox, report_of(unit_id, f"{year}-Y", clean_rows(year)), f"clean-{year}-{n}.xlsx")
        take(home)

    return Home(once("together", fill) / "home")


@pytest.mark.parametrize("table", report_tables())
def test_a_row_pasted_again_rejects_whatever_table_it_stands_in(together: Home, table: str) -> None:
    assert query(together, "SELECT verdict FROM intake.submission WHERE file_name = ?", [f"{table}.xlsx"]) == [
        ("rejected",)
    ]
    twice = f"SELECT f.row_no {FINDINGS} WHERE f.severity = 'error' AND contains(f.code, 'TWICE') AND s.file_name = ?"
    assert sorted(query(together, twice, [f"{table}.xlsx"])) == [(1,), (2,)]


@pytest.mark.parametrize("year", CLEAN)
def test_clean_reports_have_no_finding(together: Home, year: int) -> None:
    sql = "SELECT verdict FROM intake.submission WHERE starts_with(file_name, ?)"
    assert query(together, sql, [f"clean-{year}-"]) == [("accepted",)] * 2
    assert (
        query(
            together, f"SELECT f.code, f.cell, f.found {FINDINGS} WHERE starts_with(s.file_name, ?)", [f"clean-{year}-"]
        )
        == []
    )


def test_a_totals_row_that_does_not_foot_is_found_at_each_figure(home: Home) -> None:
    rows = clean_rows(2018)
    rows["training"].append({**rows["training"][0], "training_kind_code": "boi_duong_qpan"})
    foots = replace(report_of(104, "2018-Y", rows), look="foreign")
    put(home.inbox, foots, replace(report_of(105, "2018-Y", rows), look="foreign", total_slip=5))
    result = take(home)
    assert len(result.accepted) == 2, "a warning: both figures are kept, none is forced"
    # training: headers in rows 6-7, two rows, totals in row 10; sessions in D, attendees in E
    sessions = query(
        home, "SELECT cell, found FROM intake.finding WHERE code = 'A-FOOT' AND table_name = 'training' ORDER BY cell"
    )
    assert sessions == [("D10", "Tổng ghi: 9; Tổng tính: 4"), ("E10", "Tổng ghi: 85; Tổng tính: 80")]
    faulty = query(
        home, "SELECT DISTINCT s.unit_code FROM intake.finding f JOIN intake.submission s USING (submission_id)"
    )
    assert faulty == [("DV005",)]
    kept = query(
        home,
        "SELECT stated_value, computed_value FROM intake.stated_total WHERE column_name = 'attendee_count' ORDER BY 1",
    )
    assert kept == [(80, 80), (85, 80)]
