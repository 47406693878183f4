"""Years on a real daemon and web server: what changed is followed for exactly those years; the UI backfills a range in one run."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest

from orchestration.definitions import defs
from orchestration.schedules import yearly_closing
from tests.orchestration.real import DANVAN, daemon, environment, prepare, wait_until, web_server
from tests.support import REPO, clean_rows, copy_home, make_home, put, put_register, query, report_of
from warehouse.home import Home

REPORT = dg.AssetKey(["published", "yearly_report"])
BACKFILL = """
mutation($p: LaunchBackfillParams!) { launchPartitionBackfill(backfillParams: $p) {
  __typename ... on LaunchBackfillSuccess { backfillId } ... on PythonError { message } } }
"""


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with reports of 2023 to 2025, taken by the command line; to be copied."""
    home = make_home(tmp_path_factory.mktemp("filled") / "home")
    prepare(home)
    put_register(home.inbox)
    put(home.inbox, *[report_of(104, f"{year}-Y", clean_rows(year)) for year in (2023, 2024, 2025)])
    subprocess.run([DANVAN, "ingest"], cwd=REPO, env=environment(home), check=True, capture_output=True)
    return home


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


def test_a_late_report_is_followed_for_its_year_and_the_ui_backfills_a_range_in_one_run(
    place: tuple[Home, dg.DagsterInstance],
) -> None:
    home, instance = place
    with daemon(home) as process, web_server(home) as ask:
        wait_until(lambda: "automation" in (home.root / "daemon.log").read_text(), home, "the automation sensor ticks")
        _a_second_daemon_is_refused(home, process.pid)
        wait_until(lambda: _ticks(instance) > 0, home, "the automation sensor has looked once")
        put(home.inbox, report_of(105, "2023-Y", clean_rows(2023)))
        wait_until(lambda: _partitions(instance, REPORT) != set(), home, "the yearly report follows")
        assert _partitions(instance, REPORT) == {"2023"}, "exactly the year that changed, a past one"
        before = _release(home)
        _backfill(ask, home)
        wait_until(lambda: _release(home)[1] > before[1], home, "the release follows the backfilled marts")
    assert _release(home)[0] == _release(home)[1]
    marts = [r for r in instance.get_runs() if dg.AssetKey(["mart", "completeness"]) in (r.asset_selection or ())]
    assert len(marts) == 1, "three years, one run"
    assert marts[0].tags["dagster/asset_partition_range_start"] == "2023"
    assert marts[0].tags["dagster/asset_partition_range_end"] == "2025"


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


def _ticks(instance: dg.DagsterInstance) -> int:
    sensors = [s for s in instance.all_instigator_state() if s.instigator_name == "automation"]
    return sum(len(instance.get_ticks(s.instigator_origin_id, s.selector_id, limit=2)) for s in sensors)


def _a_second_daemon_is_refused(home: Home, pid: int) -> None:
    for command in ("daemon", "dev"):
        second = subprocess.run(
            [DANVAN, command], cwd=REPO, env=environment(home), capture_output=True, text=True, timeout=60, check=False
        )
        assert second.returncode == 1
        assert f"a daemon (pid {pid}) works on {home.root} already" in second.stderr


def _backfill(ask, home: Home) -> None:  # type: ignore[no-untyped-def]
    marts = [k for k in defs.resolve_asset_graph().get_all_asset_keys() if k.path[0] == "mart"]
    parameters = {"assetSelection": [{"path": k.path} for k in marts], "partitionNames": ["2023", "2024", "2025"]}
    launched = ask(BACKFILL, {"p": parameters})["launchPartitionBackfill"]
    assert launched["__typename"] == "LaunchBackfillSuccess", launched
    query_status = (
        "query($id: String!) { partitionBackfillOrError(backfillId: $id) { ... on PartitionBackfill { status } } }"
    )
    ended = ("COMPLETED", "COMPLETED_SUCCESS", "COMPLETED_FAILED", "FAILED", "CANCELED")

    def status() -> str:
        return str(ask(query_status, {"id": launched["backfillId"]})["partitionBackfillOrError"]["status"])

    wait_until(lambda: status() in ended, home, "the backfill ends")
    assert status() in ("COMPLETED", "COMPLETED_SUCCESS")


@pytest.mark.parametrize(("day", "year"), [("2026-01-14T19:00:00", "2025"), ("2027-01-14T19:00:00", "2026")])
def test_the_schedule_of_15_january_asks_for_the_year_that_ended(day: str, year: str) -> None:
    """2:00 on 15 January in Vietnam is 19:00 UTC the day before."""
    at = datetime.fromisoformat(day).replace(tzinfo=UTC)
    assert yearly_closing.cron_schedule == "0 2 15 1 *"
    assert yearly_closing.execution_timezone == "Asia/Ho_Chi_Minh"
    with dg.DagsterInstance.ephemeral() as instance:
        request = yearly_closing(dg.build_schedule_context(instance=instance, scheduled_execution_time=at))
    assert isinstance(request, dg.RunRequest)
    assert request.partition_key == year


def test_the_closing_job_closes_the_year_releases_it_and_writes_its_report(
    place: tuple[Home, dg.DagsterInstance], monkeypatch: pytest.MonkeyPatch
) -> None:
    home, instance = place
    monkeypatch.setenv("DANVAN_HOME", str(home.root))
    before = _release(home)
    job = defs.resolve_job_def("close_year")
    assert job.execute_in_process(instance=instance, partition_key="2024").success
    assert [p.name for p in home.reports.iterdir()] == ["bao-cao-2024-lan-1.xlsx"]
    assert _release(home) == (before[0] + 1, before[0] + 1)
    assert query(home, "SELECT year, revision_no FROM meta.year_revision") == [(2024, 1)]
    assert "2024" in _partitions(instance, dg.AssetKey(["meta", "year_revision"]))
    assert job.execute_in_process(instance=instance, partition_key="2024").success, "again is nothing"
    assert _release(home) == (before[0] + 1, before[0] + 1)


def test_the_command_closes_a_year_and_refuses_an_open_one(place: tuple[Home, dg.DagsterInstance]) -> None:
    home, _ = place
    done = subprocess.run(
        [DANVAN, "close", "2023", "--json"],
        cwd=REPO,
        env=environment(home),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (row,) = json.loads(done.stdout)
    assert (row["year"], row["revision"], Path(row["file"]).exists()) == (2023, 1, True)
    open_year = subprocess.run(
        [DANVAN, "close", "2999"], cwd=REPO, env=environment(home), capture_output=True, text=True, check=False
    )
    assert (open_year.returncode, "has not ended" in open_year.stderr) == (1, True)
