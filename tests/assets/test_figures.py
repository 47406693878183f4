"""The founding document's figures come back from the published warehouse through the SQL that an analyst would write."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from tests.support import REPO, query
from warehouse.home import Home

FIGURES = list(csv.DictReader((Path(__file__).parent / "founding_figures.csv").open(encoding="utf-8")))
FACTS = REPO.parent / "shared" / "founding" / "facts.json"
REVIEW = "SELECT value FROM mart.programme_review(DATE '2013-08-30', DATE '2016-08-30', programme := '32-CTr/TU')"


@pytest.mark.parametrize("figure", FIGURES, ids=[f["id"] for f in FIGURES])
def test_each_founding_figure(demo: Home, figure: dict[str, str]) -> None:
    level = figure["level"] or None
    rows = query(demo, f"{REVIEW} WHERE indicator = ? AND level IS NOT DISTINCT FROM ?", [figure["indicator"], level])
    assert rows == [(float(figure["value"]),)]


def test_the_figures_are_those_of_the_facts() -> None:
    if not FACTS.exists():
        pytest.skip("the founding facts are kept outside the repository; the figures stand in founding_figures.csv")
    facts = [f for f in json.loads(FACTS.read_text(encoding="utf-8")) if f["kind"] == "figure"]
    stated = {(f["id"], f["indicator"], f.get("level", ""), float(f["value"])) for f in facts}
    assert stated == {(f["id"], f["indicator"], f["level"], float(f["value"])) for f in FIGURES}


def test_the_rate_is_computed_from_sums_and_agrees_with_the_stated_one(demo: Home) -> None:
    rows = dict(query(demo, REVIEW.replace("SELECT value", "SELECT indicator, value")))
    assert round(rows["session_party_attendance_rate_computed"], 3) == 99.376
    assert round(rows["session_party_attendance_rate_computed"]) == rows["session_party_attendance_rate_stated"] == 99


def test_what_nobody_stated_is_null_and_never_zero(demo: Home) -> None:
    rows = dict(query(demo, REVIEW.replace("SELECT value", "SELECT indicator, value")))
    unstated = ("inspections_planned", "inspections_done", "dialogues_held", "petitions_raised")
    assert {k: rows[k] for k in unstated} == dict.fromkeys(unstated)


def test_a_second_report_of_the_roll_out_is_a_warning_and_not_added(demo: Home) -> None:
    again = query(
        demo,
        "SELECT s.unit_code, s.period_id FROM intake.finding f JOIN intake.submission s USING (submission_id) "
        "WHERE f.code = 'X-ROLLOUT-AGAIN'",
    )
    assert again == [("DV005", "2015-Y")]
    everything = query(
        demo,
        "SELECT sum(session_count) FROM mart.training_by_unit "
        "WHERE document_number = '32-CTr/TU' AND reporter_level = 'unit'",
    )
    assert everything == [(57,)]  # the mart by year keeps the second report; the review above counts 56


def test_units_of_the_founding_window_are_all_in_the_rate(demo: Home) -> None:
    sql = f"{REVIEW.replace('SELECT value', 'SELECT unit_count')} WHERE indicator = 'session_party_members_total'"
    assert query(demo, sql) == [(45,)]


def test_the_sample_queries_run_and_return_rows(demo: Home) -> None:
    queries = sorted((REPO / "examples" / "queries").glob("*.sql"))
    assert len(queries) == 34
    changes = [path.name for path in queries if not query(demo, path.read_text(encoding="utf-8"))]
    assert [name[:2] for name in changes] == ["26", "27"], "no closed year of the demo has changed"
