"""A warehouse on Postgres and Parquet is the same warehouse: equal hashes, versions for readers, kills, made again, refusals."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

from assets.graph.retry import can_pass
from assets.ingest import is_behind
from assets.progress import reporting_to
from assets.rebuild import rebuild
from assets.restore import restore
from assets.verify import verify
from tests.assets.steps import AtStep, kill_at
from tests.lake.conftest import Twins
from tests.lake.server import MISSING
from tests.orchestration.command import danvan
from tests.support import clean_rows, make_home, put, query, report_of, take, take_and_answer
from warehouse.catalog import open_build, open_published, writer_lock
from warehouse.content import YearHash, content_hashes
from warehouse.damage import LakeAwayError, LakeError, Source
from warehouse.home import Home
from warehouse.lake_home import adopt_lake
from warehouse.settings import settings

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("lake"),
    pytest.mark.skipif(MISSING, reason="no Postgres is installed, or no extension of DuckDB"),
]

REPORTS = "SELECT count(*) FROM intake.submission WHERE form_code = 'BCDV'"


def _hashes(home: Home) -> list[YearHash]:
    with open_published(home) as con:
        return content_hashes(con)


def test_the_same_files_give_the_same_content_in_a_lake_and_in_a_file(twins: Twins) -> None:
    assert not twins.file.lake.exists()
    assert twins.lake.database.name == "danvan.lake", "no file stands behind it"
    assert _hashes(twins.lake) == _hashes(twins.file)
    told = "FROM meta.dictionary ORDER BY ALL"
    assert query(twins.lake, told) == query(twins.file, told), "what a lake keeps no comments on is in the dictionary"
    for table in ("meta.lineage", "meta.figure_change", "intake.finding", "mart.key_figures"):
        sql = f"SELECT * FROM {table} ORDER BY ALL"
        if table == "intake.finding":
            sql = "SELECT submission_id, code, sheet, cell, found FROM intake.finding ORDER BY ALL"
        assert query(twins.lake, sql) == query(twins.file, sql), table


def test_what_was_known_then_is_asked_of_a_lake_as_of_a_file(twins: Twins) -> None:
    for release in (1, 2):
        sql = f"SELECT * EXCLUDE (known_from) FROM core.fact_training_as_of({release}) ORDER BY ALL"
        assert query(twins.lake, sql) == query(twins.file, sql)
    review = "FROM mart.programme_review(DATE '2024-01-01', DATE '2024-12-31') ORDER BY ALL"
    assert query(twins.lake, review) == query(twins.file, review)


def test_a_home_with_a_lake_is_well_and_its_archive_gives_it_again(twins: Twins, tmp_path: Path) -> None:
    assert verify(twins.lake).differences == []
    assert rebuild(twins.lake).different == []
    again = twins.server.home(tmp_path / "again", "again")
    for name in ("archive", "cache"):
        (again.root / name).rmdir()
        (again.root / name).symlink_to(twins.lake.root / name)
    restore(again, Source.archive)
    assert _hashes(again) == _hashes(twins.lake)


def test_a_reader_keeps_the_version_that_he_opened_and_writes_nothing(twins: Twins, tmp_path: Path) -> None:
    home = twins.server.copy(twins.lake, tmp_path / "home", "readers")
    put(home.inbox, report_of(107, "2024-Y", clean_rows(2024)))
    with open_published(home) as before:
        ((count,),) = before.execute(REPORTS).fetchall()
        take(home)
        assert before.execute(REPORTS).fetchall() == [(count,)]
        with open_published(home) as after:
            assert after.execute(REPORTS).fetchall() == [(count + 1,)]
        with pytest.raises(duckdb.Error, match="read-only"):
            before.execute("DELETE FROM intake.submission")
        secret = tmp_path / "secret.csv"
        secret.write_text("a\n1\n", encoding="utf-8")
        with pytest.raises(duckdb.Error, match="disabled by config"):
            before.execute(f"FROM '{secret}'")


@pytest.mark.faults
def test_a_kill_leaves_the_old_state_or_the_new(twins: Twins, tmp_path: Path) -> None:
    """Within the transaction, all of it written; and after it, nothing of it published."""
    steps, whole = AtStep(), twins.server.copy(twins.lake, tmp_path / "whole", "whole")
    files = put(tmp_path / "files", *[report_of(unit, "2023-Y", clean_rows(2023)) for unit in (107, 108)])
    for path in files:
        (whole.inbox / path.name).hardlink_to(path)
    with reporting_to(steps):
        take_and_answer(whole)
    home = twins.server.copy(twins.lake, tmp_path / "killed", "killed")
    for path in files:
        (home.inbox / path.name).hardlink_to(path)
    known = query(home, REPORTS)
    for step in ("commit", "publish"):
        kill_at(home, steps.steps.index(step))
        with writer_lock(home), open_build(home) as con:
            assert con.execute(REPORTS).fetchall()[0][0] - known[0][0] in (0, len(files)), step
        if step == "commit":
            assert query(home, REPORTS) == known and not is_behind(home), step
    take_and_answer(home)
    assert _hashes(home) == _hashes(whole)
    assert [p for p in home.inbox.rglob("*") if p.is_file()] == []
    assert query(home, "SELECT count(*) FROM intake.event WHERE event = 'duplicate'") == [(0,)]


def test_commands_are_those_of_any_home(twins: Twins, tmp_path: Path) -> None:
    home = twins.server.copy(twins.lake, tmp_path / "home", "commands")
    put(home.inbox, report_of(108, "2024-Y", clean_rows(2024)))
    done = danvan(home.root, "ingest", "--json")
    assert done.returncode == 0, done.stderr
    asked = danvan(
        home.root, "sql", "SELECT count(*) AS n FROM mart.training_by_unit WHERE unit_id = 108", "--format", "json"
    )
    assert json.loads(asked.stdout) == [{"n": 1}], asked.stderr
    assert danvan(home.root, "verify").returncode == 0
    refused = danvan(home.root, "backup", str(tmp_path / "backup"))
    assert refused.returncode == 1
    assert (
        "HOME-LAKE: danvan backup is for a warehouse in a file, this one is a lake; dump its catalogue (pg_dump)"
        in refused.stderr
    )
    assert "DuckLake" in danvan(home.root, "upgrade").stdout


def test_a_server_that_does_not_answer_is_named_without_its_words(twins: Twins, tmp_path: Path) -> None:
    home = make_home(tmp_path / "home")
    home.settings.write_text(f'warehouse = "{twins.server.url("lost", port=1)} password=geheim"\n', encoding="utf-8")
    put(home.inbox, report_of(104, "2024-Y", clean_rows(2024)))
    with pytest.raises(LakeAwayError, match=r"does not answer \(connection refused\)") as raised:
        take(home)
    assert "geheim" not in str(raised.value)
    assert can_pass(raised.value), "a run tries again"
    assert len(list(home.inbox.rglob("*.xlsx"))) == 1, "nothing was taken"


def test_a_lake_that_is_gone_is_never_made_anew_over_what_was_published(twins: Twins, tmp_path: Path) -> None:
    home = twins.server.copy(twins.lake, tmp_path / "home", "gone")
    twins.server.run("DROP DATABASE gone")
    twins.server.run("CREATE DATABASE gone")
    put(home.inbox, report_of(108, "2024-Y", clean_rows(2024)))
    published = home.database.read_bytes()
    with pytest.raises(LakeError, match="it cannot be opened"):
        take(home)
    with pytest.raises(LakeError, match="it cannot be opened"), writer_lock(home), open_build(home):
        pass
    assert home.database.read_bytes() == published


def test_a_database_has_one_home_and_a_home_one_warehouse(twins: Twins, tmp_path: Path) -> None:
    second = make_home(tmp_path / "second")
    second.settings.write_text(twins.lake.settings.read_text(encoding="utf-8"), encoding="utf-8")
    put(second.inbox, report_of(104, "2024-Y", clean_rows(2024)))
    with pytest.raises(LakeError, match="that of another home"):
        take(second)
    other = make_home(tmp_path / "other")
    other.lake.write_bytes(twins.lake.lake.read_bytes())
    other.settings.write_text(f'warehouse = "{twins.server.url("elsewhere")}"\n', encoding="utf-8")
    with pytest.raises(LakeError, match="name another lake"):
        adopt_lake(other)
    file = make_home(tmp_path / "file")
    file.build.write_bytes(twins.file.build.read_bytes())
    file.settings.write_text(f'warehouse = "{twins.server.url("elsewhere")}"\n', encoding="utf-8")
    assert settings(file).warehouse
    with pytest.raises(LakeError, match="is a file already"):
        adopt_lake(file)
