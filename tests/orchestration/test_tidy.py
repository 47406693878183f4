"""What is past goes, and all that is told stays: one home with old runs, messages and left-overs, tidied for good."""

from __future__ import annotations

import fcntl
import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster import DagsterRunStatus as Status
from dagster._core.definitions.run_request import InstigatorType
from dagster._core.remote_origin import RegisteredCodeLocationOrigin, RemoteInstigatorOrigin, RemoteRepositoryOrigin
from dagster._core.scheduler.instigation import (
    InstigatorState,
    InstigatorStatus,
    ScheduleInstigatorData,
    TickData,
    TickStatus,
)
from dagster._core.test_utils import create_run_for_test

from assets.receipt.outbox import NO_UNIT
from assets.tidy import Retention, RetentionError, tidy_files
from assets.verify import verify
from orchestration import storage
from orchestration.definitions import defs
from orchestration.follow import FOLLOWS, follow
from orchestration.run import run_ingest
from orchestration.storage import compact_databases, past_runs, tidy_ticks
from orchestration.tidy import tidy
from tests.orchestration.command import danvan
from tests.orchestration.real import prepare
from tests.support import clean_rows, copy_home, put, report_of
from warehouse import clock
from warehouse.home import Home
from warehouse.processes import Worker
from warehouse.settings import settings

pytestmark = pytest.mark.xdist_group("tidy")  # one home, and what one test removes no other finds

OLD = timedelta(days=40)


@pytest.fixture(scope="module")
def place(filled: Home, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Home, dg.DagsterInstance]]:
    """Three batches of 40 days ago: the second tells nothing that the third does not; of its two rejections one was mended."""
    home = copy_home(filled, tmp_path_factory.mktemp("tidy"))
    kept = {name: os.environ.get(name) for name in ("DAGSTER_HOME", "DANVAN_HOME", "DAGSTER_DISABLE_TELEMETRY")}
    prepare(home)
    os.environ |= {"DAGSTER_HOME": str(home.dagster), "DANVAN_HOME": str(home.root)}
    wrong = clean_rows(2024)
    wrong["training"][0]["session_count"] = 2.5
    put(home.inbox, report_of(105, "2024-Y", clean_rows(2024)), report_of(106, "2024-Y", wrong))
    (home.inbox / "letter.xlsx").write_bytes(b"no workbook")
    run_ingest(home)
    put(home.inbox, report_of(106, "2024-Y", clean_rows(2024)))
    run_ingest(home)
    with dg.DagsterInstance.get() as instance:
        _long_ago(home)
        yield home, instance
    for name, value in kept.items():
        os.environ.pop(name, None) if value is None else os.environ.__setitem__(name, value)


def _long_ago(home: Home) -> None:
    """All runs and evaluations of checks that the instance knows become 40 days older."""
    day = f"-{OLD.days} days"
    with closing(sqlite3.connect(home.dagster / "history" / "runs.db")) as con:
        con.execute(
            "UPDATE runs SET create_timestamp = datetime(create_timestamp, ?), end_time = end_time - ?",
            [day, OLD.total_seconds()],
        )
        con.commit()
    with closing(sqlite3.connect(home.dagster / "history" / "runs" / "index.db")) as con:
        con.execute("UPDATE asset_check_executions SET create_timestamp = datetime(create_timestamp, ?)", [day])
        con.commit()


def _told(instance: dg.DagsterInstance) -> dict[str, Any]:
    """What the UI, sensors and restores read of assets, partitions and checks."""
    found: dict[str, Any] = {}
    for key in instance.all_asset_keys():
        newest = instance.get_latest_materialization_event(key)
        found[key.to_user_string()] = (
            newest and (newest.run_id, newest.timestamp),
            instance.get_materialized_partitions(key),
            instance.get_latest_storage_id_by_partition(key, dg.DagsterEventType.ASSET_MATERIALIZATION),
            [o.run_id for o in instance.fetch_observations(key, limit=1).records],
        )
    for check in defs.resolve_asset_graph().asset_check_keys:
        record = instance.get_latest_asset_check_evaluation_record(check)
        found[f"check {check.to_user_string()}"] = record and (record.status, record.run_id)
    return found


def _files(root: Path) -> dict[str, int]:
    """Every file with its size, without what SQLite keeps beside a file while it is open."""
    found = (p for p in sorted(root.rglob("*")) if p.is_file() and not p.name.endswith(("-wal", "-shm")))
    return {str(p.relative_to(root)): p.stat().st_size for p in found}


def _tick(instance: dg.DagsterInstance, cursor: str) -> tuple[dg.SensorResult | dg.SkipReason, str]:
    context = dg.build_sensor_context(instance=instance, definitions=defs, cursor=cursor)
    out = follow(context)
    assert isinstance(out, dg.SensorResult | dg.SkipReason)
    return out, context.cursor or cursor


def _followed(instance: dg.DagsterInstance) -> str:
    """Let the runs that ``follow`` asks for succeed; returns its cursor."""
    out, cursor = _tick(instance, "")
    assert isinstance(out, dg.SensorResult)
    for r in out.run_requests or ():
        instance.create_run_for_job(
            defs.resolve_job_def(r.job_name or ""), tags={FOLLOWS: r.tags[FOLLOWS]}, status=Status.SUCCESS
        )
    out, cursor = _tick(instance, cursor)
    assert "papers are written" in str(out)
    return cursor


def test_runs_that_tell_nothing_go_and_all_that_is_told_stays(place: tuple[Home, dg.DagsterInstance]) -> None:
    home, instance = place
    cursor = _followed(instance)
    _, superseded, _ = sorted(instance.get_run_records(dg.RunsFilter(job_name="ingest")), key=lambda r: r.storage_id)
    run_id = superseded.dagster_run.run_id
    assert verify(home).differences == []
    told, files = _told(instance), _files(home.root)

    would = tidy(home, instance, Retention(30), dry_run=True)
    assert _files(home.root) == files
    assert instance.get_run_by_id(run_id) is not None
    done = tidy(home, instance, Retention(30))
    counts = {g.kind: g.count for g in done.gone}
    assert counts["runs"] == 1
    assert counts["evaluations of checks"] > 20
    assert counts["databases made small"] == 1
    assert [g for g in would.gone if "databases" not in g.kind] == [g for g in done.gone if "databases" not in g.kind]

    assert instance.get_run_by_id(run_id) is None
    assert not list(home.dagster.rglob(f"*{run_id}*")), "its events and logs went with it"
    assert _told(instance) == told
    assert verify(home).differences == []
    assert "nothing has changed" in str(_tick(instance, cursor)[0])
    again = tidy(home, instance, Retention(30))
    assert {g.kind: g.count for g in again.gone if g.count} == {}
    assert tidy(home, instance, Retention(1)).bytes == 0, "what is told stays however few days are kept"


def test_the_job_tidies_as_the_command_does(place: tuple[Home, dg.DagsterInstance]) -> None:
    home, instance = place
    (day := home.outbox / "reminders" / "2001-01-01").mkdir(parents=True)
    (day / "DV004.txt").write_text("x")
    said = danvan(home.root, "tidy", "--dry-run", "--json")
    told = json.loads(said.stdout)
    assert (told["keep_days"], told["dry_run"], told["bytes"]) == (settings(home).tidy.keep_days, True, 1)
    assert day.exists()
    assert "1 bytes would go" in danvan(home.root, "tidy", "--dry-run").stdout
    result = defs.resolve_job_def("tidy").execute_in_process(instance=instance)
    assert result.success
    assert not day.exists()
    schedule = next(s for s in defs.schedules or () if s.name == "weekly_tidy")
    assert isinstance(schedule, dg.ScheduleDefinition)
    assert (schedule.default_status, schedule.execution_timezone) == (
        dg.DefaultScheduleStatus.RUNNING,
        "Asia/Ho_Chi_Minh",
    )


@pytest.mark.parametrize("days", ["0", "-1", "99999999"])
def test_days_that_cannot_be_kept_are_refused(place: tuple[Home, dg.DagsterInstance], days: str) -> None:
    said = danvan(place[0].root, "tidy", "--keep-days", days)
    assert said.returncode == 1
    assert f"TIDY-KEEP-DAYS: {days} days cannot be kept; give 1 to" in said.stderr
    with pytest.raises(RetentionError):
        Retention(int(days))


def _aged(path: Path, age: timedelta, content: str = "x") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    at = (clock.instant() - age).timestamp()
    os.utime(path, (at, at))
    return path


def test_messages_and_left_overs_go_when_they_are_past(place: tuple[Home, dg.DagsterInstance]) -> None:
    home, _ = place
    new = timedelta(days=2)
    today = clock.today()
    copies = list((home.outbox / "receipts").glob("*/*"))
    verdicts = {p.stem: json.loads(p.read_bytes())["verdict"] for p in home.receipts.glob("*.json")}
    rejected = [p for p in copies if verdicts[p.stem.rpartition("_")[2]] == "rejected"]
    assert len(rejected) == 2, "a report that was mended since, and a letter that nobody sent again"
    rejected = [p for p in rejected if p.parent.name == NO_UNIT]
    for path in copies:
        os.utime(path, (0, (clock.instant() - OLD).timestamp()))
    stamp = f"{clock.now() - OLD:%Y%m%dT%H%M%S.%fZ}-0000"
    gone = [
        *(p for p in copies if p not in rejected),
        _aged(home.outbox / "reminders" / f"{today - OLD}" / "DV004.txt", new).parent,
        _aged(home.outbox / "alerts" / "a.json", OLD),
        _aged(home.receipts / ".r.xlsx.new", OLD),
        _aged(home.build.with_name(f"{home.build.name}.before-{stamp}"), new),
    ]
    dead = home.root / "rebuild-dead"
    dead.mkdir()
    (dead / "archive").symlink_to(home.archive)
    making = home.published / "parquet" / ".release-000009.new"
    _aged(making / "x.parquet", OLD)
    os.utime(making, (0, 0))
    gone += [dead, making]
    alive = home.root / "rebuild-alive"
    alive.mkdir()
    stay = [
        *rejected,
        alive,
        _aged(home.outbox / "reminders" / f"{today - new}" / "DV004.txt", OLD),
        _aged(home.outbox / "alerts" / "b.json", new),
        _aged(home.receipts / ".s.xlsx.new", new),
        _aged(home.build.with_name(f"{home.build.name}.before-{clock.now():%Y%m%dT%H%M%S.%fZ}-0000"), OLD),
        _aged(home.inbox / ".theirs.new", OLD),
    ]
    others = {
        p: p.stat().st_size for p in (*home.archive.rglob("*"), *home.receipts.glob("[!.]*"), home.build, home.database)
    }
    held = os.open(alive, os.O_RDONLY)
    fcntl.flock(held, fcntl.LOCK_EX)
    try:
        before = Retention(30).begins()
        would = tidy_files(home, before, dry_run=True)
        assert [p for p in gone if not p.exists()] == []
        done = tidy_files(home, before)
    finally:
        os.close(held)
    assert done == would
    assert [p for p in gone if os.path.lexists(p)] == []
    assert [p for p in stay if not p.exists()] == []
    assert {p: p.stat().st_size for p in others} == others
    assert {g.kind: g.count for g in done} == {
        "reminders": 1, "alerts": 1, "copies of receipts": len(copies) - 1, "rebuilds left behind": 1,
        "unfinished files": 2, "build files put aside": 1,
    }  # fmt: skip
    for path in (*stay[1:2], *stay[4:]):
        path.rmdir() if path.is_dir() else path.unlink()
    assert verify(home).differences == []


def test_a_build_file_that_was_put_aside_stays_while_the_one_of_today_is_not_published(
    place: tuple[Home, dg.DagsterInstance],
) -> None:
    home, _ = place
    aside = _aged(home.build.with_name(f"{home.build.name}.before-20010101T000000.000000Z-0000"), OLD)
    wal = _aged(home.build.with_name(f"{home.build.name}.wal"), timedelta(0))
    tidy_files(home, Retention(30).begins())
    assert aside.exists()
    wal.unlink()
    tidy_files(home, Retention(30).begins())
    assert not aside.exists()


def _ran(instance: dg.DagsterInstance, job: str, status: Status, ended: float | None) -> str:
    run = create_run_for_test(instance, job_name=job, status=status)
    records = instance.run_storage
    with records.connect() as con:  # type: ignore[attr-defined]
        con.exec_driver_sql("UPDATE runs SET end_time = ? WHERE run_id = ?", (ended, run.run_id))
    return str(run.run_id)


def test_runs_at_work_and_the_newest_of_each_job_and_status_are_never_past() -> None:
    now = datetime.now(UTC)
    old = (now - OLD).timestamp()
    with dg.DagsterInstance.ephemeral() as instance:
        last_to_end = _ran(instance, "ingest", Status.SUCCESS, old + 60)
        past = [_ran(instance, "ingest", Status.SUCCESS, old) for _ in range(2)]
        failed = [_ran(instance, "ingest", Status.FAILURE, old) for _ in range(2)]
        _ran(instance, "ingest", Status.STARTED, None)
        _ran(instance, "ingest", Status.STARTED, None)
        _ran(instance, "report", Status.SUCCESS, old)
        _ran(instance, "ingest", Status.SUCCESS, old)
        assert past_runs(instance, now - timedelta(days=30)) == [failed[0], *reversed(past)]
        assert last_to_end not in past_runs(instance, now - timedelta(days=30)), "numbers of its events come again"
        assert past_runs(instance, now - timedelta(days=50)) == []


def test_the_newest_tick_stays_since_a_schedule_goes_on_from_it(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    origin = RemoteInstigatorOrigin(
        RemoteRepositoryOrigin(RegisteredCodeLocationOrigin("danvan"), "__repository__"), "yearly_closing"
    )
    state = InstigatorState(
        origin,
        InstigatorType.SCHEDULE,
        InstigatorStatus.DECLARED_IN_CODE,
        ScheduleInstigatorData("0 2 31 1 *", 0.0),
    )
    ids = (state.instigator_origin_id, state.selector_id)
    times = [(now - timedelta(days=days)).timestamp() for days in (60, 50, 40)]
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        instance.add_instigator_state(state)
        for at in times:
            instance.create_tick(
                TickData(
                    ids[0],
                    "yearly_closing",
                    state.instigator_type,
                    TickStatus.SUCCESS,
                    at,
                    run_ids=[],
                    selector_id=ids[1],
                )
            )
        before = now - timedelta(days=30)
        assert tidy_ticks(instance, before, dry_run=True).count == 2
        assert tidy_ticks(instance, before).count == 2
        assert [t.timestamp for t in instance.get_ticks(*ids)] == times[-1:]
        assert tidy_ticks(instance, before).count == 0


def test_a_database_is_made_small_beside_its_reader_and_left_to_a_writer_that_does_not_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home(tmp_path)
    path = home.dagster / "history" / "runs.db"
    path.parent.mkdir(parents=True)
    with closing(sqlite3.connect(path, isolation_level=None)) as con:
        con.execute("PRAGMA journal_mode=WAL")
        con.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, x BLOB)")
        con.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100) "
            "INSERT INTO t SELECT i, zeroblob(4000) FROM n"
        )
        con.execute("DELETE FROM t WHERE id % 2 = 0")
        con.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        size = path.stat().st_size
        monkeypatch.setattr("warehouse.compact._SECONDS", 0.1)
        con.execute("BEGIN IMMEDIATE")
        gone, left = compact_databases(home)
        assert (gone.count, gone.bytes) == (0, 0)
        assert "runs.db is left: database is locked" in left[0]
        con.execute("COMMIT")
        monkeypatch.setattr(storage, "_LARGEST_BESIDE_A_DAEMON", 1)
        monkeypatch.setattr(storage, "running_daemon", lambda _: Worker(4711, "dagster daemon", clock.instant()))
        assert "too large to be written anew beside the daemon (pid 4711)" in compact_databases(home)[1][0]
        monkeypatch.undo()
        gone, left = compact_databases(home)
        assert (gone.count, left) == (1, [])
        assert path.stat().st_size <= size - gone.bytes
        assert [i for (i,) in con.execute("SELECT id FROM t")] == list(range(1, 100, 2))
        assert compact_databases(home)[0].count == 0
