"""Years on a real instance: one table is asked for and all is told; the schedule closes the year that ended, and a command can.

What a daemon does with years is tried in test_daemon.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest

from assets.graph.keys import PROGRAMME_REVIEW, YEAR_REVISION
from assets.report.write import usual_forms, write_reviews
from orchestration.definitions import defs
from orchestration.schedules import yearly_closing
from tests.orchestration.command import danvan
from tests.support import copy_home, query
from warehouse.home import Home
from warehouse.sealed import recorded


def _closing(year: int, *, confirm: bool = True) -> dict[str, object]:
    return {"ops": {"close": {"config": {"year": year, "confirm": confirm}}}}


@pytest.fixture
def place(filled: Home, tmp_path: Path) -> Iterator[tuple[Home, dg.DagsterInstance]]:
    home = copy_home(filled, tmp_path)
    with dg.DagsterInstance.from_config(str(home.dagster)) as instance:
        yield home, instance


def _partitions(instance: dg.DagsterInstance, key: dg.AssetKey) -> set[str]:
    return set(instance.get_materialized_partitions(key))


def _release(home: Home) -> tuple[int, int]:
    """The release of the published database and of the manifest."""
    ((number,),) = query(home, "SELECT max(release_no) FROM meta.release")
    return number, json.loads(home.manifest.read_text())["release_no"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("asked", "told"), [("training_by_year", "completeness"), ("fact_training", "fact_model_status")]
)
def test_one_table_may_be_asked_for_and_all_that_was_written_with_it_is_told(
    place: tuple[Home, dg.DagsterInstance], monkeypatch: pytest.MonkeyPatch, asked: str, told: str
) -> None:
    home, instance = place
    monkeypatch.setenv("DANVAN_HOME", str(home.root))
    schema = "core" if asked.startswith("fact") else "mart"
    before = _release(home)[0]
    done = defs.resolve_implicit_global_asset_job_def().execute_in_process(
        instance=instance,
        asset_selection=[dg.AssetKey([schema, asked])],
        tags={"dagster/asset_partition_range_start": "2023", "dagster/asset_partition_range_end": "2024"},
    )
    assert done.success
    events = [e.step_materialization_data.materialization for e in done.get_asset_materialization_events()]
    for table in (asked, told):
        years = [m.partition for m in events if m.asset_key == dg.AssetKey([schema, table])]
        assert years == ["2023", "2024"], table
    assert _release(home)[0] == before + 1


@pytest.mark.parametrize(("day", "year"), [("2026-01-30T19:00:00", "2025"), ("2027-01-30T19:00:00", "2026")])
def test_the_schedule_asks_for_the_year_that_ended_after_its_last_day_of_grace(day: str, year: str) -> None:
    """2:00 on 31 January in Vietnam is 19:00 UTC the day before."""
    at = datetime.fromisoformat(day).replace(tzinfo=UTC)
    assert yearly_closing.cron_schedule == "0 2 31 1 *"
    assert yearly_closing.execution_timezone == "Asia/Ho_Chi_Minh"
    with dg.DagsterInstance.ephemeral() as instance:
        request = yearly_closing(dg.build_schedule_context(instance=instance, scheduled_execution_time=at))
    assert isinstance(request, dg.RunRequest)
    assert request.run_config == _closing(int(year))


@pytest.mark.slow
def test_the_closing_job_closes_the_year_releases_it_and_writes_its_report(
    place: tuple[Home, dg.DagsterInstance], monkeypatch: pytest.MonkeyPatch
) -> None:
    home, instance = place
    monkeypatch.setenv("DANVAN_HOME", str(home.root))
    before = _release(home)
    job = defs.resolve_job_def("close_year")
    with pytest.raises(dg.Failure, match="2024 was not closed: closing is a decision"):
        job.execute_in_process(instance=instance, run_config=_closing(2024, confirm=False))
    assert query(home, "FROM meta.year_revision") == []
    done = job.execute_in_process(instance=instance, run_config=_closing(2024))
    assert done.success
    told = [e.step_materialization_data.materialization.asset_key.path for e in done.get_asset_materialization_events()]
    assert told[-5:] == [
        ["meta", "year_revision"],
        *(["published", n] for n in ("danvan", "dictionary", "yearly_report", "programme_review")),
    ]
    assert sorted(p.name for p in home.reports.iterdir()) == [
        f"bao-cao-2024-lan-1.{form}" for form in usual_forms(home)
    ]
    assert _release(home) == (before[0] + 1, before[0] + 1)
    assert query(home, "SELECT year, revision_no FROM meta.year_revision") == [(2024, 1)]
    assert "2024" in _partitions(instance, dg.AssetKey(["meta", "year_revision"]))
    assert job.execute_in_process(instance=instance, run_config=_closing(2024)).success, "again is nothing"
    assert _release(home) == (before[0] + 1, before[0] + 1)
    again = {"ops": {"reopen": {"config": {"year": 2024, "reason": "Khoá nhầm năm"}}}}
    assert defs.resolve_job_def("reopen_year").execute_in_process(instance=instance, run_config=again).success
    assert query(home, "SELECT count(*) FROM meta.year_revision") == [(0,)]
    assert _release(home) == (before[0] + 2, before[0] + 2)
    names = {p.stem for p in home.reports.iterdir()}
    assert names == {"bao-cao-2024-tam-tinh", f"bao-cao-2024-lan-1-da-huy-{before[0] + 2}"}


@pytest.mark.slow
def test_the_reviews_that_rest_on_a_year_are_written_and_listed_with_its_report(
    demo: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = copy_home(demo, tmp_path)
    monkeypatch.setenv("DANVAN_HOME", str(home.root))
    assert write_reviews(home, [2012]) == [], "no window has begun by then"
    of_range = {"dagster/asset_partition_range_start": "2019", "dagster/asset_partition_range_end": "2020"}
    with dg.DagsterInstance.ephemeral() as instance:
        done = defs.resolve_job_def("report").execute_in_process(instance=instance, tags=of_range)
        assert done.success
        assert _partitions(instance, PROGRAMME_REVIEW) == {"2019", "2020"}
    names = {f"reports/tong-ket-20130830-20160830-32-CTr-TU-tam-tinh.{form}" for form in usual_forms(home)}
    listed = {n for n in recorded(home.manifest) if n.startswith("reports/")}
    assert names == {n for n in listed if "tong-ket" in n}
    assert len(listed) == 3 * len(usual_forms(home))
    assert all((home.published / n).exists() for n in names)


def test_no_year_is_closed_by_materialising_everything() -> None:
    """What "Materialize all" of the graph, or a backfill of it, runs: no asset closes a year, only two jobs touch closings."""
    graph = defs.resolve_asset_graph()
    assert not graph.get(YEAR_REVISION).is_executable
    implicit = {node.name for node in defs.resolve_implicit_global_asset_job_def().nodes}
    assert {"close", "reopen"}.isdisjoint(implicit) and "yearly_report" in " ".join(implicit)


@pytest.mark.slow
def test_the_command_closes_a_year_reopens_it_and_refuses_an_open_one(place: tuple[Home, dg.DagsterInstance]) -> None:
    home, _ = place
    done = danvan(home.root, "close", "2023", "--json")
    assert done.returncode == 0, done.stderr
    (row,) = json.loads(done.stdout)
    assert (row["year"], row["revision"]) == (2023, 1)
    assert [Path(f).exists() for f in row["files"]] == [True] * len(usual_forms(home))
    reopened = danvan(home.root, "reopen", "2023", "--reason", "Khoá nhầm năm", "--json")
    assert reopened.returncode == 0, reopened.stderr
    (row,) = json.loads(reopened.stdout)
    assert (row["year"], row["revision"]) == (2023, 0)
    for command, said in ((("close", "2999"), "has not ended"), (("reopen", "2023", "--reason", "x"), "is not closed")):
        refused = danvan(home.root, *command)
        assert (refused.returncode, said in refused.stderr) == (1, True), refused.stderr
