"""The questions that a committee asks across years: each query of examples/queries against an answer worked out without the warehouse.

The answers are in tests.assets.answers, but for those that need two releases (25-27) and the files themselves (30).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.assets.answers import ANSWERS
from tests.assets.answers.corpus import Corpus, number
from tests.conftest import SEED, Make
from tests.support import REPO, changed_register, clean_rows, copy_home, end_unit, put, query, report_of, take
from warehouse.changes import figures
from warehouse.home import Home
from warehouse.relation import relations

FILES = {path.name[:2]: path for path in sorted((REPO / "examples" / "queries").glob("*.sql"))}
#: what no report of a unit is: the register, and the bloc's review of three years
NO_REPORTS = {"DMDV_KHOI_2021-M12.xlsx", "DMDV_KHOI_2025-M02.xlsx", "BCDV_KHOI_20130830-20160830-R.xlsx"}


def _asked(number_of: str) -> str:
    return FILES[number_of].read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def corpus_read(demo: Home) -> Corpus:
    """The sample's reports as they were made, as far as they were accepted."""
    accepted = {name for (name,) in query(demo, "SELECT file_name FROM intake.submission WHERE verdict = 'accepted'")}
    read = Corpus(SEED, accepted)
    assert accepted - {s.file_name for s in read.accepted} == NO_REPORTS
    return read


# the files ------------------------------------------------------------------------------------------------------------------------


def test_the_questions_are_numbered_without_gaps() -> None:
    names = [path.name for path in sorted((REPO / "examples" / "queries").iterdir())]
    assert [name[:2] for name in names] == [f"{n:02d}" for n in range(1, 35)]
    assert all(re.fullmatch(r"\d\d(_[a-z0-9]+)+\.sql", name) for name in names)


@pytest.mark.parametrize("path", FILES.values(), ids=[path.stem for path in FILES.values()])
def test_a_file_is_its_question_twice_and_one_statement_in_a_fixed_order(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert max(map(len, lines)) <= 132
    vietnamese, english = lines[:2]
    assert re.fullmatch(r"-- .+\?", vietnamese) and not vietnamese.isascii()
    assert re.fullmatch(r"-- .+\?", english) and english.isascii()
    told = next(n for n, line in enumerate(lines) if not line.startswith("--"))
    statement = lines[told:]
    assert statement[0].split()[0] in ("SELECT", "WITH", "FROM"), "comments stand above the statement"
    assert not any("--" in line or ";" in line for line in statement if "string_agg" not in line)
    assert statement[-1].startswith("ORDER BY "), "the order is fixed"


# the answers ----------------------------------------------------------------------------------------------------------------------


def _require_same(found: Sequence[tuple[Any, ...]], expected: Sequence[tuple[Any, ...]]) -> None:
    """Rows in their order, a rate to what a float holds; None only where None is expected."""
    assert len(found) == len(expected)
    for row, right in zip(found, expected, strict=True):
        assert row == tuple(pytest.approx(v, rel=1e-9) if isinstance(v, float) else v for v in right)


@pytest.mark.parametrize("number_of", ANSWERS)
def test_an_answer_is_that_of_the_reports_themselves(demo: Home, corpus_read: Corpus, number_of: str) -> None:
    expected = ANSWERS[number_of](corpus_read)
    assert expected and any(v is not None for v in expected[-1][1:]), "an empty answer would prove nothing"
    _require_same(query(demo, _asked(number_of)), expected)


def test_every_question_is_answered_by_a_test() -> None:
    assert sorted([*ANSWERS, "26", "27", "30"]) == list(FILES)


def test_a_total_leads_to_every_cell_that_is_in_it_and_to_those_that_are_not(
    demo: Home, corpus_read: Corpus, corpus: Path
) -> None:
    rows = query(demo, _asked("30"))
    used, current = ({s.file_name for s in sent} for sent in (corpus_read.used, corpus_read.current))
    expected = [
        (s.unit.unit_code, s.report.period.period_id, s.file_name, number(row["done_count"]), _left_out(s.file_name, used, current))
        for s in corpus_read.accepted if s.year == 2021 and s.level == "unit" for row in s.rows["inspection"]
    ]  # fmt: skip
    assert sorted((*r[:3], r[5], r[7] or "") for r in rows) == sorted((*e[:4], e[4] or "") for e in expected)
    assert {r[7] for r in rows} == {None, "superseded", "contained"}
    total = sum(r["done_count"] for s, r in corpus_read.rows("inspection") if s.year == 2021)
    assert sum(value * weight for *_, value, weight, why in rows if why is None) == total == 145
    _require_in_files(corpus / "2021", [(r[2], r[3], r[4], r[5]) for r in rows])


def _left_out(file_name: str, used: set[str], current: set[str]) -> str | None:
    return None if file_name in used else "contained" if file_name in current else "superseded"


def _require_in_files(folder: Path, cells: list[tuple[str, str, str, float]]) -> None:
    """Some of the workbooks, opened: each cell that is named holds the value."""
    books = sorted({name for name, *_ in cells if name.endswith(".xlsx")})[::8]
    assert len(books) > 3
    for name in books:
        book = openpyxl.load_workbook(folder / name)
        for _, sheet, cell, value in (c for c in cells if c[0] == name):
            assert book[sheet][cell].value == value, (name, sheet, cell)


# what the sample has not: units that do not report, report a part of the year, or end within it ------------------------------------


@pytest.fixture(scope="module")
def partly(registered: Home, once: Make) -> Home:
    """2024: DV007 ends in June and sends its final report, DV004 and DV005 report the year, DV006 its first half, 41 others nothing."""

    def fill(folder: Path) -> None:
        home = copy_home(registered, folder)
        put(home.inbox, changed_register(lambda rows: end_unit(rows, 107, date(2024, 6, 30))))
        take(home)
        twice, half = clean_rows(2024), clean_rows(2024)
        cited = {"document_number": "05-CT/TW", "document_date": date(2016, 5, 15)}
        twice["training"].append({**twice["training"][0], **cited})
        half["model"] = []  # it is recognised in September
        more = {**half, "inspection": [{**half["inspection"][0], "planned_count": 2, "done_count": 2}]}
        put(
            home.inbox,
            report_of(104, "2024-H1", half),
            report_of(104, "2024-Y", clean_rows(2024)),
            report_of(105, "2024-Y", twice),
            report_of(106, "2024-H1", more),
            report_of(107, "2024-H1", half),
        )
        assert len(take(home).accepted) == 5

    return Home(once("partly", fill) / "home")


@pytest.mark.parametrize(
    ("number_of", "expected"),
    [
        ("02", (2024, 45, 4, 4, 8.9)),  # the final report of DV007 was due too
        ("04", (2024, "tap_huan", 4, 10, 200)),  # DV005 stands in two rows
        ("08", (2024, 4, 2, 2, 2)),
        ("13", (2024, 4, 4, 100.0)),
        ("20", (2024, 8, 2, 160, 3, 0)),  # DV007 is none of the units of 2024
        ("24", (2024, 12, 4, 4)),
        ("28", (2024, 45, 3, 5, 1.2)),  # DV006 is in the total and not in the mean, DV007 counts half a year
        ("29", (2024, 1, 1, 1, 1, 100.0)),
        ("34", (2024, 90, 3, 44)),  # nor is DV007 there at the end of it
    ],
)
def test_units_that_report_in_part_or_not_at_all(partly: Home, number_of: str, expected: tuple[Any, ...]) -> None:
    _require_same(query(partly, _asked(number_of)), [expected])


# two releases and more ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def changed(closed_once: Home, once: Make) -> Home:
    """2024: DV004 reports (release 2), the year is closed (3), DV005 is late (4), DV004 corrects its classes (5)."""

    def fill(folder: Path) -> None:
        home = copy_home(closed_once, folder)
        put(home.inbox, report_of(105, "2024-Y", clean_rows(2024)))
        take(home)
        rows = clean_rows(2024)
        rows["training"][0]["session_count"] = 5  # it was 2
        put(home.inbox, report_of(104, "2024-Y", rows, {"revision": 2}))
        take(home)

    return Home(once("changed", fill) / "home")


#: what the rows of tests.support.clean_rows say of one unit, by column of mart.key_figures
ONE_UNIT = {
    "classes_tap_huan": 2, "training_units": 1, "member_units_counted": 1, "models_done_or_running": 1, "models_running": 1,
    "model_units": 1, "inspections_planned": 1, "inspections_done": 1, "inspection_units": 1, "findings_found": 2,
    "findings_remedied": 1, "remedy_units_counted": 1, "petitions_raised": 5, "petitions_settled": 3, "dialogues_done": 1,
    "dialogues_required": 1,
}  # fmt: skip


def test_late_reports_and_what_they_brought(changed: Home) -> None:
    rows = query(changed, _asked("27"))
    assert {row[:3] for row in rows} == {(2024, 2, "year=2024,reporter_level=unit")}
    brought = {column: (float(before), float(after), difference) for *_, column, before, after, difference in rows}
    assert {column: difference for column, (_, _, difference) in brought.items()} == ONE_UNIT
    assert all(before == difference and after == 2 * difference for before, after, difference in brought.values())


def test_every_figure_that_changed_after_closing_is_told_with_its_cause(changed: Home) -> None:
    rows = query(changed, _asked("26"))
    sent = dict(
        query(changed, "SELECT unit_code || ' ' || revision, submission_id FROM intake.submission WHERE year = 2024")
    )
    by_release = {4: ("late", sent["DV005 1"]), 5: ("corrected", sent["DV004 2"])}
    for release_no, year, *_, cause, _, _, _, submissions in rows:
        assert (year, cause, submissions) == (2024, *by_release[release_no])
    corrected = [row[2:10] for row in rows if row[0] == 5]
    assert {
        (mart, column, before, after, difference) for mart, _, column, _, before, after, difference, _ in corrected
    } == {
        ("mart.key_figures", "classes_tap_huan", "4", "7", 3.0),
        ("mart.training_by_unit", "session_count", "2", "5", 3.0),
        ("mart.training_by_year", "session_count", "4", "7", 3.0),
        ("mart.unit_year", "classes_tap_huan", "2", "5", 3.0),
    }
    late = {(mart, column): float(after) - float(before) for release_no, _, mart, _, column, _, before, after, *_ in rows
            if release_no == 4 and mart == "mart.key_figures"}  # fmt: skip
    assert late == {("mart.key_figures", column): brought for column, brought in ONE_UNIT.items()}
    arrived = {row[4]: row[7] for row in rows if row[0] == 4 and row[2] == "mart.unit_year"}
    assert all(
        row[3] == "year=2024,unit_id=105" and row[6] is None
        for row in rows
        if row[0] == 4 and row[2] == "mart.unit_year"
    )
    assert arrived == {
        "classes_tap_huan": "2", "models_done_or_running": "1", "models_running": "1", "inspections_planned": "1",
        "inspections_done": "1", "findings_found": "2", "findings_remedied": "1", "has_committee": "true",
        "is_person_assigned": "true", "party_member_count": "30", "employee_count": "90", "done_capped_count": "1",
        "required_count": "1",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("known", "then"),
    [("3", (1, None, 1)), ("4", (2, None, 2)), ("'2013-01-01'", (None, None, None))],
    ids=["at the closing", "after the late report", "before there was anything"],
)
def test_figures_as_they_were_known(changed: Home, known: str, then: tuple[int | None, ...]) -> None:
    rows = query(changed, _asked("25").replace("as_of(1)", f"as_of({known})"))
    ((year, level, *figures),) = [row for row in rows if row[1] == "unit"]
    assert (year, level) == (2024, "unit")
    assert tuple(figures[::2]) == then
    assert tuple(figures[1::2]) == (2, None, 2)


def test_a_key_figure_is_read_along_the_revisions_of_its_year(changed: Home) -> None:
    sql = (
        "SELECT indicator, list(figure ORDER BY revision_no), list(difference ORDER BY revision_no), list(is_newest ORDER BY revision_no) "
        "FROM mart.revision_triangle WHERE year = 2024 AND reporter_level = 'unit' GROUP BY indicator"
    )
    read = {indicator: along for indicator, *along in query(changed, sql)}
    newest = [False, False, True]
    assert read["classes_tap_huan"] == [[2, 4, 7], [0, 2, 5], newest], "DV005 was late with 2, DV004 had 5 for 2"
    assert read["training_units"] == [[1, 2, 2], [0, 1, 1], newest]
    assert read["sessions_quan_triet"] == [[None, None, None], [None, None, None], newest]
    now = query(
        changed,
        "SELECT classes_tap_huan, training_units FROM mart.key_figures WHERE year = 2024 AND reporter_level = 'unit'",
    )
    assert now == [(7, 2)]
    kept = {c.name for c in figures(relations()["mart.key_figures"])}
    assert set(read) == kept and not kept & {"due", "received"}, "of what is not handed in no changes are kept"
    then = "SELECT indicator, figure FROM mart.revision_triangle WHERE reporter_level = 'unit' AND revision_no = ?"
    for revision_no, release_no in query(changed, "SELECT revision_no, release_no FROM meta.year_revision ORDER BY 1"):
        of_then = query(
            changed,
            f"SELECT {', '.join(sorted(kept))} FROM mart.key_figures_as_of({release_no}) WHERE year = 2024 AND reporter_level = 'unit'",
        )
        assert dict(query(changed, then, [revision_no])) == pytest.approx(
            dict(zip(sorted(kept), of_then[0], strict=True))
        )
    assert query(changed, "SELECT DISTINCT year FROM mart.revision_triangle") == [(2024,)], "no other year was closed"
