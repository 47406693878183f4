"""As of a batch: each table as a home that stopped there has it, through corrections, replays and changes of the register.

Does not belong here: what is kept, and when (assets.test_generations).
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.support import REPO, query
from warehouse.as_of import as_of_macros
from warehouse.content import differing, frame_hashes, hashed_relations
from warehouse.home import Home
from warehouse.marts import marts
from warehouse.relation import relations
from warehouse.views import sql_objects

TOLD = "submission_id, form_code, verdict, error_count, unit_id, period_id, revision, report_date, is_current"


def _rows(path: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(path), read_only=True) as con:
        return con.execute(f"{sql} ORDER BY ALL").fetchall()


def test_there_is_a_macro_for_every_table_that_is_kept_in_generations() -> None:
    kept = {f"{r.qualified}_as_of" for r in relations().values() if r.in_generations}
    assert set(as_of_macros(REPO)) == {*kept, "intake.submission_as_of"}


def test_there_is_a_macro_for_every_mart_that_what_came_to_be_known_changes() -> None:
    fixed = {"mart.series_break", "mart.series_segment"}  # they follow from the declarations alone
    asked = {m.relation.qualified for m in marts()} - fixed
    assert {f"{name}_as_of" for name in (*asked, "mart.programme_review")} <= set(sql_objects())
    assert not {f"{name}_as_of" for name in fixed} & set(sql_objects())


@pytest.mark.parametrize("release", range(1, 9))
def test_as_of_a_release_each_mart_has_the_content_hash_that_it_had(
    stopped: tuple[Home, list[Path]], release: int
) -> None:
    _, files = stopped
    told = _rows(files[release - 1], "SELECT * FROM meta.table_hash WHERE schema_name = 'mart'")
    asked = [r for r in hashed_relations() if r.schema == "mart" and f"{r.qualified}_as_of" in sql_objects()]
    if release % 4 != 3:  # asked twice only: these two stand on all others, and so cost more than they
        asked = [r for r in asked if r.name not in ("unit_year", "key_figures")]
    with duckdb.connect(str(files[-1]), read_only=True) as con:
        found = [
            h
            for r in asked
            for h in frame_hashes(con, r, con.sql(f"FROM {r.qualified}_as_of({release})").arrow().read_all())
        ]
    names = {r.name for r in asked}
    assert differing([h for h in told if h[1] in names], found) == []


def test_the_hashes_of_every_release_are_kept(stopped: tuple[Home, list[Path]]) -> None:
    _, files = stopped
    for n, then in enumerate(files, start=1):
        kept = "SELECT schema_name || '.' || table_name, year, row_count, content_hash FROM meta.table_hash WHERE row_count > 0"
        asked = f"FROM meta.table_hash_as_of({n}) WHERE row_count > 0"
        assert _rows(files[-1], asked) == _rows(then, kept), n


def test_a_moment_and_a_day_say_the_release_that_was_the_last_then(stopped: tuple[Home, list[Path]]) -> None:
    home, _ = stopped
    published = [at for (at,) in query(home, "SELECT published_at FROM meta.release ORDER BY release_no")]
    day = published[-1].date()

    def known(said: str) -> Any:
        return query(home, f"SELECT meta.batch_known({said})")[0][0]

    assert [known(str(n)) for n in (0, 1, 8, 99)] == [None, 1, 8, 8]
    assert [known(f"TIMESTAMP '{at}'") for at in published] == list(range(1, 9))
    assert known(f"'{published[2] - timedelta(microseconds=1)}'") == 2
    assert known(f"'{day - timedelta(days=2)}'") is None
    assert known(f"DATE '{day + timedelta(days=1)}'") == 8
    with pytest.raises(duckdb.Error, match="neither a release nor a day nor a moment: soon"):
        known("'soon'")


@pytest.mark.parametrize("table", sorted(r.qualified for r in relations().values() if r.in_generations))
def test_as_of_a_batch_a_table_is_what_a_home_that_stopped_there_has(
    stopped: tuple[Home, list[Path]], table: str
) -> None:
    _, files = stopped
    columns = ", ".join(n for n in relations()[table].names() if n != "life")
    for n, then in enumerate(files, start=1):
        assert _rows(files[-1], f"SELECT {columns} FROM {table}_as_of({n})") == _rows(
            then, f"SELECT {columns} FROM {table}"
        ), n


def test_as_of_a_batch_the_verdicts_are_what_a_home_that_stopped_there_has(stopped: tuple[Home, list[Path]]) -> None:
    _, files = stopped
    for n, then in enumerate(files, start=1):
        as_of = _rows(files[-1], f"SELECT {TOLD} FROM intake.submission_as_of({n})")
        assert as_of == _rows(then, f"SELECT {TOLD} FROM intake.submission"), n


def test_which_version_stood_follows_from_the_judgements_of_then(stopped: tuple[Home, list[Path]]) -> None:
    home, _ = stopped

    def stood(n: int) -> list[tuple[Any, ...]]:
        sql = f"SELECT session_count, is_current FROM core.fact_training_as_of({n}) WHERE unit_id = 104 ORDER BY 1"
        return query(home, sql)

    last = [(2, False), (3, False), (5, True)]
    assert [stood(n) for n in range(1, 8)] == [
        [], [(2, True)], [(2, False), (3, True)], [(2, False), (3, True)], last, last, [],
    ]  # fmt: skip
