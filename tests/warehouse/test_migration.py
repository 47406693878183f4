"""A home that the version before made: migrated by the first batch, with nothing lost and its figures unchanged."""

from __future__ import annotations

import shutil
import tarfile
from datetime import date
from pathlib import Path

import pytest

from assets.ingest import replay
from assets.rebuild import rebuild
from tests.conftest import Make
from tests.support import clean_rows, put, query, report_of, take
from warehouse.home import Home

#: made by version 0.1.0: a report before its register, the register, four reports (one json, one with an error), 2022 closed
OLD = Path(__file__).with_name("home-0.1.0.tar.xz")
#: figures that every version shows
FIGURES = (
    "SELECT year, reporter_level, training_kind_code, sum(session_count), sum(member_total_count) FROM mart.training_by_year GROUP BY ALL",
    "SELECT year, inspection_kind_code, rating_code, sum(planned_count), sum(done_count) FROM mart.inspection_by_year GROUP BY ALL",
    "SELECT year, unit_id, norm_codes, all_kinds_count, petition_raised_count FROM mart.dialogue_compliance",
    "SELECT year, unit_id, model_code, status_code, score FROM mart.model_by_unit",
)


def _unpacked(folder: Path, registered: Home) -> Home:
    with tarfile.open(OLD) as archive:
        archive.extractall(folder, filter="data")
    home = Home(folder)
    home.create()
    shutil.copytree(registered.cache, home.cache, dirs_exist_ok=True)  # which has every suite compiled
    return home


def _migrate(home: Home) -> None:
    put(home.inbox, report_of(107, "2024-Y", clean_rows(2024)))
    take(home)


@pytest.fixture
def old(registered: Home, tmp_path: Path) -> Home:
    return _unpacked(tmp_path, registered)


@pytest.fixture
def migrated(registered: Home, once: Make) -> Home:
    """The home after its first batch; read only."""
    return Home(once("migrated", lambda folder: _migrate(_unpacked(folder, registered))))


def test_the_first_batch_migrates_it_and_changes_no_figure(old: Home) -> None:
    before = [query(old, f"{sql} ORDER BY ALL") for sql in FIGURES]
    verdicts = query(old, "SELECT submission_id, verdict, error_count, warning_count FROM intake.submission ORDER BY 1")
    _migrate(old)
    after = [query(old, f"{sql} ORDER BY ALL") for sql in FIGURES]
    of_before = [[row for row in rows if row[0] < 2023] for rows in after]
    assert of_before == [[row for row in rows if row[0] < 2023] for rows in before]
    assert all(of_before)
    of_2023 = "SELECT DISTINCT timeliness, due_date FROM mart.completeness WHERE year = 2023"
    assert query(old, of_2023) == [("missing", date(2024, 1, 20))], (
        "version 0.1.0 knew no due day of a year without reports"
    )
    kept = (
        "SELECT submission_id, verdict, error_count, warning_count FROM intake.judgement WHERE batch_no < 5 ORDER BY 1"
    )
    assert query(old, kept) == verdicts, "the verdicts that stood are the first judgements"
    assert query(old, "SELECT batch_no FROM intake.batch ORDER BY finished_at") == [(n,) for n in range(1, 6)]


@pytest.mark.parametrize(
    "table", ["core.fact_training", "core.dim_unit", "core.dim_document", "intake.finding", "intake.column_map"]
)
def test_every_row_says_which_batch_brought_it(migrated: Home, table: str) -> None:
    of_batch = (
        f"SELECT count(*), count(*) FILTER (t.known_from IS DISTINCT FROM b.batch_no) FROM {table} t "
        "JOIN intake.submission s USING (submission_id) JOIN intake.batch b USING (batch_id)"
    )
    ((rows, differing),) = query(migrated, of_batch)
    assert (rows > 0, differing) == (True, 0)


def test_a_replay_of_it_replaces_nothing_and_a_rebuild_comes_out_equal(old: Home) -> None:
    ids = [row[0] for row in query(old, "SELECT submission_id FROM intake.submission WHERE form_code = 'BCDV'")]
    replay(old, ids)
    for table in ("fact_training", "fact_dialogue", "row_count"):
        assert query(old, f"SELECT count(*) FROM history.{table}") == [(0,)], table
    places = "SELECT * EXCLUDE (form_ref, known_from) FROM (SELECT * FROM intake.column_map)"
    replaced = "SELECT * EXCLUDE (form_ref, known_from, known_to) FROM history.column_map"
    assert query(old, f"{replaced} EXCEPT {places}") == [], (
        "a line of a form map may stand elsewhere since, no cell does"
    )
    same = "SELECT submission_id, code, cell FROM history.finding EXCEPT SELECT submission_id, code, cell FROM intake.finding"
    assert query(old, same) == [], "a finding may be told in other words since, it stays where it was"
    assert query(old, "SELECT count(*) FROM intake.judgement") == [(2 * len(ids) + 1,)]
    assert rebuild(old).different == []
