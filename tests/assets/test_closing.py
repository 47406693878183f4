"""Closing a year: its figures become revision 1; what changes them later is a new revision and is told, never silent."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assets.ingest import close_year, rebuild_marts, release, reopen_year, replay
from assets.report.write import write_yearly_report, years_without_paper
from assets.sample.report import Report
from assets.verify import verify
from assets.withdraw import withdraw
from tests.support import clean_rows, copy_home, cover_cell, findings, form, put, query, report_of, take
from warehouse import clock
from warehouse.catalog import open_build, writer_lock
from warehouse.closing import YearBuiltOnError, YearOpenError
from warehouse.home import Home
from warehouse.relation import relations

REVISIONS = "SELECT year, revision_no, release_no, changed_tables IS NOT NULL FROM meta.year_revision ORDER BY ALL"


@pytest.fixture
def closed(closed_once: Home, tmp_path: Path) -> Home:
    return copy_home(closed_once, tmp_path)


def test_closing_makes_revision_1_and_a_release(closed: Home) -> None:
    ((number,),) = query(closed, "SELECT max(release_no) FROM meta.release")
    assert query(closed, REVISIONS) == [(2024, 1, number, False)]
    manifest = json.loads(closed.manifest.read_text())
    assert manifest["release_no"] == number
    assert [(y["year"], y["revision_no"]) for y in manifest["closed_years"]] == [(2024, 1)]


def test_closing_again_changes_nothing(closed: Home) -> None:
    before = query(closed, "FROM meta.release"), query(closed, "FROM meta.year_revision")
    assert close_year(closed, 2024).release_no is None
    assert (query(closed, "FROM meta.release"), query(closed, "FROM meta.year_revision")) == before


def test_a_year_that_has_not_ended_cannot_be_closed(home: Home) -> None:
    with pytest.raises(YearOpenError, match="has not ended"):
        close_year(home, clock.today().year)
    assert query(home, REVISIONS) == []


def test_a_closing_on_which_nothing_rests_is_undone_and_says_so(closed: Home) -> None:
    ((was, at),) = query(closed, "SELECT release_no, revised_at FROM meta.year_revision")
    with pytest.raises(ValueError, match="has a reason"):
        reopen_year(closed, 2024, "  ")
    with pytest.raises(YearOpenError, match="2023 is not closed"):
        reopen_year(closed, 2023, "Nhầm")
    papers = write_yearly_report(closed, 2024, ["html"]).files
    content = papers[0].read_bytes()
    number = was + 1
    assert reopen_year(closed, 2024, "Khoá nhầm năm").release_no == number
    release(closed)
    assert query(closed, REVISIONS) == []
    told = "SELECT year, closed_release_no, closed_at, release_no, reason FROM meta.year_reopening"
    assert query(closed, told) == [(2024, was, at, number, "Khoá nhầm năm")]
    assert years_without_paper(closed, [2023, 2024]) == [2024], "of the closing, which is undone"
    write_yearly_report(closed, 2024, ["html"])
    assert years_without_paper(closed, [2023, 2024]) == []
    (aside,) = closed.reports.glob("*-da-huy-*")
    assert (aside.name, aside.read_bytes(), papers[0].exists()) == (
        f"bao-cao-2024-lan-1-da-huy-{number}.html",
        content,
        False,
    )
    assert [d for d in verify(closed).differences if "reports" in d.place] == [], "the manifest follows"
    put(closed.inbox, report_of(105, "2024-Y", clean_rows(2024)))
    take(closed)
    assert query(closed, "SELECT count(*) FROM intake.finding WHERE code = 'S-YEAR-CLOSED'") == [(0,)]
    assert query(closed, REVISIONS) == [], "an open year has no revisions"
    assert close_year(closed, 2024).release_no
    assert [row[:2] for row in query(closed, REVISIONS)] == [(2024, 1)]


def test_a_closing_on_which_something_rests_stays(closed: Home) -> None:
    put(closed.inbox, report_of(105, "2024-Y", clean_rows(2024)))
    take(closed)
    before = query(closed, REVISIONS), query(closed, "SELECT max(release_no) FROM meta.release")
    with pytest.raises(YearBuiltOnError, match="1 later revisions stand on it and 1 reports were told"):
        reopen_year(closed, 2024, "Khoá nhầm năm")
    assert (query(closed, REVISIONS), query(closed, "SELECT max(release_no) FROM meta.release")) == before


def test_a_late_submission_is_accepted_into_a_new_revision_and_its_unit_is_told(closed: Home) -> None:
    put(closed.inbox, report_of(105, "2024-Y", clean_rows(2024)))
    result = take(closed)
    assert len(result.accepted) == 1
    (name,) = {row[0] for row in query(closed, "SELECT file_name FROM intake.submission WHERE unit_code = 'DV005'")}
    assert findings(closed, name) == {("S-YEAR-CLOSED", *cover_cell(form("2023"), "period_id"))}
    assert query(closed, REVISIONS)[-1] == (2024, 2, result.release_no, True)
    ((tables,),) = query(closed, "SELECT changed_tables FROM meta.year_revision WHERE revision_no = 2")
    assert {"mart.training_by_year", "mart.key_figures", "mart.unit_year"} <= set(tables.split(", "))
    assert _causes(closed) == {"late"}
    _require_whole(closed)


def test_what_came_before_the_closing_is_not_called_late_when_it_is_judged_again(closed: Home) -> None:
    from assets.ingest import replay_years

    replay_years(closed, [2024])
    assert query(closed, "SELECT count(*) FROM intake.finding WHERE code = 'S-YEAR-CLOSED'") == [(0,)]
    assert len(query(closed, REVISIONS)) == 1, "judged alike: no figure changed, so no revision"


def test_other_years_leave_a_closed_year_alone(closed: Home) -> None:
    put(closed.inbox, report_of(105, "2025-Y", clean_rows(2025)))
    take(closed)
    rebuild_marts(closed, [2024, 2025])
    assert len(query(closed, REVISIONS)) == 1


def _causes(home: Home) -> set[str]:
    return {cause for (cause,) in query(home, "SELECT DISTINCT cause FROM meta.figure_change")}


def _require_whole(home: Home) -> None:
    """The differences of a cell's causes add up to what it became by what it was; each is of a report, but for one by definition."""
    cells = query(
        home,
        "SELECT mart_name, row_key, column_name, any_value(figure_before), any_value(figure_after), sum(difference), "
        "bool_and(submissions IS NOT NULL OR cause = 'definition') FROM meta.figure_change WHERE difference IS NOT NULL GROUP BY ALL",
    )
    assert cells
    for *cell, before, after, difference, is_told in cells:
        assert float(after or 0) - float(before or 0) == pytest.approx(difference), cell
        assert is_told, cell


def _corrected(closed: Home, sessions: int, **cover: object) -> Report:
    rows = clean_rows(2024)
    rows["training"][0]["session_count"] = sessions
    ((day,),) = query(closed, "SELECT max(report_date) FROM intake.submission WHERE unit_code = 'DV004'")
    return report_of(104, "2024-Y", rows, {"revision": 2, "report_date": day, **cover})


def test_a_corrected_cell_changes_its_figures_and_no_other(closed: Home) -> None:
    ((before,),) = query(
        closed, "SELECT session_count FROM core.fact_training WHERE unit_id = 104 ORDER BY row_no LIMIT 1"
    )
    put(closed.inbox, _corrected(closed, before + 3))
    take(closed)
    changed = query(
        closed, "SELECT DISTINCT mart_name, column_name, cause, difference FROM meta.figure_change ORDER BY 1, 2"
    )
    assert changed == [
        ("mart.key_figures", "classes_tap_huan", "corrected", 3.0),
        ("mart.training_by_unit", "session_count", "corrected", 3.0),
        ("mart.training_by_year", "session_count", "corrected", 3.0),
        ("mart.unit_year", "classes_tap_huan", "corrected", 3.0),
    ]
    _require_whole(closed)
    assert query(closed, REVISIONS)[-1][:2] == (2024, 2)


def test_causes_that_meet_in_one_figure_have_each_its_share(closed: Home) -> None:
    ((before,),) = query(
        closed, "SELECT session_count FROM core.fact_training WHERE unit_id = 104 ORDER BY row_no LIMIT 1"
    )
    put(closed.inbox, _corrected(closed, before + 3), report_of(105, "2024-Y", clean_rows(2024)))
    take(closed)
    _require_whole(closed)
    shares = dict(
        query(
            closed,
            "SELECT cause, difference FROM meta.figure_change WHERE mart_name = 'mart.key_figures' AND column_name = 'classes_tap_huan'",
        )
    )
    assert shares["corrected"] == 3.0 and shares["late"] > 0 and len(shares) == 2
    several = query(closed, "SELECT DISTINCT mart_name, column_name FROM meta.figure_change WHERE cause = 'several'")
    told_whole = [relations()[mart].column(column) for mart, column in several]
    assert all(c.measure == "rate" or (c.figure and c.figure.of) for c in told_whole), told_whole


def test_what_came_late_for_another_year_revises_no_closed_one(closed: Home) -> None:
    rows = clean_rows(2024)
    rows["training"][0]["session_count"] = 7
    put(closed.inbox, report_of(104, "2023-Y", {**clean_rows(2023), "training": rows["training"]}))
    take(closed)
    ((first,),) = query(closed, "SELECT min(first_year) FROM mart.training_by_unit WHERE year = 2024 AND unit_id = 104")
    assert first == 2023, "the row of the closed year says something else"
    assert len(query(closed, REVISIONS)) == 1, "but none of its figures does"


def test_a_withdrawn_report_and_a_changed_unit_are_told_as_such(closed: Home) -> None:
    ((known,),) = query(closed, "SELECT submission_id FROM intake.submission WHERE unit_code = 'DV004'")
    replay(closed, withdraw(closed, known, "gửi nhầm"))
    assert _causes(closed) == {"withdrawn"}
    _require_whole(closed)
    ((after,),) = query(
        closed,
        "SELECT count(*) FROM meta.figure_change WHERE figure_after IS NOT NULL AND mart_name = 'mart.training_by_unit'",
    )
    assert after == 0


@pytest.mark.parametrize(
    ("figure_of_then", "causes"), [("session_count", set()), ("session_count + 1", {"definition"})]
)
def test_a_mart_that_is_declared_anew_revises_a_closed_year_only_where_a_figure_differs(
    closed: Home, figure_of_then: str, causes: set[str]
) -> None:
    with writer_lock(closed), open_build(closed) as con:  # as if an older version had made it, without one column
        con.execute(
            f"CREATE OR REPLACE TABLE mart.training_by_unit AS SELECT * EXCLUDE (not_exact_count) REPLACE ({figure_of_then} AS session_count) "
            "FROM mart.training_by_unit"
        )
        con.execute("UPDATE meta.table_hash SET content_hash = 'other' WHERE table_name = 'training_by_unit'")
        con.execute("UPDATE meta.bootstrap SET fingerprint = 'earlier'")
    rebuild_marts(closed, [2025])
    assert query(closed, "SELECT count(not_exact_count) > 0 FROM mart.training_by_unit") == [(True,)]
    assert _causes(closed) == causes
    assert len(query(closed, REVISIONS)) == 1 + len(causes)
