"""Is it alive: what `danvan doctor` says and how it exits, that `watch` tells each defect once and once when it clears, and the
figures and sign of life for a monitor. The defects are planted in one home.
"""

from __future__ import annotations

import fcntl
import http.server
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import namedtuple
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster._core.definitions.freshness import FreshnessState, FreshnessStateRecord, FreshnessStateRecordBody
from dagster._core.remote_origin import (
    RegisteredCodeLocationOrigin,
    RemoteInstigatorOrigin,
    RemoteRepositoryOrigin,
)
from dagster._core.scheduler.instigation import (
    InstigatorState,
    InstigatorStatus,
    InstigatorType,
    ScheduleInstigatorData,
    SensorInstigatorData,
    TickData,
    TickStatus,
)
from dagster_shared.error import SerializableErrorInfo

from assets.health import home as of_home
from assets.health.line import Level, Line, looked, worst
from assets.health.metrics import metrics_path, write_metrics
from orchestration.definitions import defs
from orchestration.health.doctor import examine
from orchestration.health.heartbeat import beat, heartbeat_path
from orchestration.health.instance import SCHEDULES, SENSORS
from orchestration.health.watch import AT_ONCE, watch
from tests.orchestration.command import danvan
from tests.orchestration.test_instance import left_behind
from tests.support import REPO, clean_rows, copy_home, make_home, put, report_of, take
from warehouse import clock
from warehouse.catalog import open_build, transaction, writer_lock
from warehouse.check import DeclarationError
from warehouse.home import Home
from warehouse.processes import Worker, lock_holder

CHECK = dg.AssetCheckKey(dg.AssetKey(["mart", "completeness"]), "completeness")
BLOCKING = dg.AssetCheckKey(dg.AssetKey(["published", "danvan"]), "equals_core")
URL = "DANVAN_HEARTBEAT_URL"
Room = namedtuple("Room", "total used free")


class _Place:
    """A home that is complete, its own instance, the cursor of `watch` over its ticks."""

    def __init__(self, home: Home, instance: dg.DagsterInstance) -> None:
        self.home, self.instance, self.cursor = home, instance, ""

    def tick(self) -> list[str]:
        """Let `watch` tick; return what was told since: code and what."""
        folder = self.home.outbox / "alerts"
        before = set(folder.glob("*")) if folder.exists() else set()
        context = dg.build_sensor_context(instance=self.instance, definitions=defs, cursor=self.cursor)
        assert isinstance(watch(context), dg.SkipReason)
        self.cursor = context.cursor or self.cursor
        after = set(folder.glob("*")) if folder.exists() else set()
        return sorted(f"{a['code']} {a['what']}" for a in (json.loads(p.read_text("utf-8")) for p in after - before))

    def ticked(
        self,
        name: str,
        status: TickStatus,
        state: InstigatorState | None = None,
        data: ScheduleInstigatorData | SensorInstigatorData | None = None,
        at: float | None = None,
    ) -> InstigatorState:
        """Let a sensor or schedule tick as the daemon does; return its state."""
        kind = InstigatorType.SCHEDULE if isinstance(data, ScheduleInstigatorData) else InstigatorType.SENSOR
        if state is None:
            location = RegisteredCodeLocationOrigin("danvan")
            origin = RemoteInstigatorOrigin(RemoteRepositoryOrigin(location, "__repository__"), name)
            given = data or SensorInstigatorData(min_interval=5)
            state = InstigatorState(origin, kind, InstigatorStatus.DECLARED_IN_CODE, given)
            self.instance.add_instigator_state(state)
        error = (
            SerializableErrorInfo("Nguyễn Văn A 0912345678", [], "ValueError") if status is TickStatus.FAILURE else None
        )
        tick = TickData(
            state.instigator_origin_id,
            name,
            state.instigator_type,
            status,
            at or time.time(),
            run_ids=[],
            error=error,
            selector_id=state.selector_id,
        )
        self.instance.create_tick(tick)
        return state

    def evaluate(self, key: dg.AssetCheckKey, passed: bool, severity: dg.AssetCheckSeverity) -> None:
        """Let a check end so, as a run does."""
        told = dg.AssetCheckEvaluation(
            check_name=key.name,
            asset_key=key.asset_key,
            passed=passed,
            severity=severity,
            metadata={},
            description="0912345678",
        )
        self.instance.report_runless_asset_event(told)


@pytest.fixture(scope="module")
def quiet(filled: Home, tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, str]:
    """A home whose every check passes, an hour after it was published; and the cursor of `watch`, which has told what it had to."""
    home = copy_home(filled, tmp_path_factory.mktemp("quiet"))
    now = time.time()
    for path in (home.database, home.manifest):  # the time is over in which a part may be missing
        os.utime(path, (now - 3600,) * 2)
    with pytest.MonkeyPatch.context() as setting, dg.DagsterInstance.from_config(str(home.dagster)) as instance:
        setting.setenv("DANVAN_HOME", str(home.root))
        found = _Place(home, instance)
        for key in defs.resolve_asset_graph().asset_check_keys:
            found.evaluate(key, True, dg.AssetCheckSeverity.WARN)
        told = [what for _ in range(2) for what in found.tick()]
        assert told == [f"SENSOR-SILENT sensor {name}" for name in sorted(SENSORS)], "no daemon works on this instance"
    return home, found.cursor


@pytest.fixture
def place(quiet: tuple[Home, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[_Place]:
    kept, cursor = quiet
    home = copy_home(kept, tmp_path)
    monkeypatch.setenv("DANVAN_HOME", str(home.root))
    with dg.DagsterInstance.from_config(str(home.dagster)) as instance:
        found = _Place(home, instance)
        found.cursor = cursor
        yield found


def _lines(home: Home) -> dict[str, Line]:
    return {line.what: line for line in of_home.look_at_home(home)}


@contextmanager
def _held(home: Home) -> Iterator[int]:
    """Another process writes."""
    code = (
        "import sys\nfrom pathlib import Path\nfrom warehouse.catalog import writer_lock\nfrom warehouse.home import Home\n"
        "with writer_lock(Home(Path(sys.argv[1]))):\n    print(flush=True)\n    sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(home.root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=REPO
    ) as process:
        assert process.stdin is not None and process.stdout is not None
        process.stdout.readline()
        yield process.pid
        process.stdin.close()


def test_every_sensor_and_schedule_that_is_defined_is_looked_at() -> None:
    assert {s.name for s in defs.sensors or ()} == set(SENSORS)
    assert {s.name for s in defs.schedules or ()} == set(SCHEDULES)


def test_exit_codes_are_those_of_a_monitor(place: _Place, tmp_path: Path) -> None:
    said = danvan(tmp_path / "none", "doctor")
    assert (said.returncode, said.stdout.split("\n")[0]) == (3, "DANVAN UNKNOWN - 1 unknown")
    assert "HOME-NONE" in said.stdout and not (tmp_path / "none").exists()

    empty = make_home(tmp_path / "empty")
    said = danvan(empty.root, "doctor", "--json")
    told = json.loads(said.stdout)
    assert (said.returncode, told["exit_code"], told["level"]) == (2, 2, "critical")
    assert {x["code"] for x in told["lines"] if x["code"]} == {"DAEMON-DOWN", "INSTANCE-NONE"}
    assert not (empty.dagster / "history").exists(), "looking makes no instance"

    said = danvan(place.home.root, "doctor")
    assert said.returncode == 2 and "DAEMON-DOWN" in said.stdout
    ignored = [f"--ignore={c}" for c in ("DAEMON-DOWN", "SENSOR-SILENT", "CHECK-WARNS")]
    said = danvan(place.home.root, "doctor", *ignored)
    assert (said.returncode, said.stdout.split("\n")[0][:9]) == (0, "DANVAN OK")
    assert "DAEMON-DOWN" in said.stdout, "ignored, and shown"


def _of_daemon(home: Home) -> Line:
    return next(line for line in examine(home) if line.what == "daemon")


def test_a_daemon_that_is_killed_is_missed(place: _Place) -> None:
    with left_behind(place.home.dagster) as pid:
        found = _of_daemon(place.home)
        assert f"pid {pid}" in found.found and found.level is Level.ok
        with pytest.MonkeyPatch.context() as later:
            later.setattr("orchestration.health.instance.HEARTBEAT_LATE", -10.0)
            assert _of_daemon(place.home).code == "DAEMON-HANGS", "it has no heartbeat"
        assert {n: v for n, v in _figures(place.home).items() if "daemon_up" in n} == {"danvan_daemon_up": 1}
        os.kill(pid, signal.SIGKILL)
    found = _of_daemon(place.home)
    assert (found.code, found.level) == ("DAEMON-DOWN", Level.critical)


def test_a_sensor_that_raises_is_told_once_and_clears_without_its_words(place: _Place) -> None:
    state = place.ticked("inbox_sensor", TickStatus.SUCCESS)
    assert place.tick() == ["SENSOR-SILENT sensor inbox_sensor-cleared"]
    place.ticked("inbox_sensor", TickStatus.FAILURE, state)
    assert place.tick() == ["SENSOR-FAILS sensor inbox_sensor"]
    place.ticked("inbox_sensor", TickStatus.FAILURE, state)
    assert place.tick() == []
    told = "".join(p.read_text("utf-8") for p in (place.home.outbox / "alerts").iterdir())
    assert "0912345678" not in told and "ValueError; its text is in the daemon's log" in told
    place.ticked("inbox_sensor", TickStatus.STARTED, state)
    assert place.tick() == [], "one that is at work says nothing"
    place.ticked("inbox_sensor", TickStatus.SKIPPED, state)
    assert place.tick() == ["SENSOR-FAILS sensor inbox_sensor-cleared"]
    place.instance.update_instigator_state(state.with_status(InstigatorStatus.STOPPED))
    assert place.tick() == ["SENSOR-STOPPED sensor inbox_sensor"]


def test_a_schedule_that_misses_its_time_is_told_and_clears_when_it_catches_up(place: _Place) -> None:
    started = time.time() - 3 * 86400
    data = ScheduleInstigatorData("0 7 * * *", started)
    state = place.ticked("daily_reminders", TickStatus.SUCCESS, data=data, at=started + 60)
    assert place.tick() == ["SCHEDULE-MISSED schedule daily_reminders"]
    assert place.tick() == []
    place.ticked("daily_reminders", TickStatus.SUCCESS, state)
    assert place.tick() == ["SCHEDULE-MISSED schedule daily_reminders-cleared"]


def test_the_worst_is_what_a_monitor_is_told() -> None:
    def level(*levels: Level) -> Level:
        return worst([Line("x", "y", one) for one in levels])

    assert level() is Level.ok
    assert level(Level.ok, Level.warning, Level.unknown) is Level.unknown
    assert level(Level.unknown, Level.critical, Level.warning) is Level.critical


def test_a_look_that_fails_says_so_without_the_words_of_the_error_and_the_others_go_on() -> None:
    def fails() -> list[Line]:
        raise RuntimeError("Nguyễn Văn A 0912345678")

    first, second = looked([("inbox", fails), ("disks", lambda: [Line("disk", "enough")])])
    assert (first.code, first.level, first.found) == (
        "DOCTOR-CANNOT-LOOK",
        Level.unknown,
        "cannot be looked at: RuntimeError",
    )
    assert second.level is Level.ok


def test_who_holds_the_lock_is_told_without_waiting_and_a_batch_may_be_written_meanwhile(place: _Place) -> None:
    home = place.home
    assert lock_holder(home) is None
    with _held(home) as pid:
        holder = lock_holder(home)
        assert isinstance(holder, Worker) and holder.pid == pid
        begin = time.monotonic()
        lines = _lines(home)
        assert time.monotonic() - begin < 30, "writers wait ten minutes for the lock"
        assert f"held by pid {pid}" in lines["writer lock"].found and lines["release"].level is Level.ok
    assert lock_holder(home) is None and home.lock.stat().st_size == 0
    with home.lock.open("rb") as backup:  # `flock` signs nothing; who signed before is gone
        fcntl.flock(backup, fcntl.LOCK_EX)
        assert "left no name" in str(lock_holder(home))
    with writer_lock(home), open_build(home) as con, transaction(con):
        assert {x.level for x in examine(home) if x.what in ("release", "receipts", "writer lock")} == {Level.ok}


def test_a_lock_that_is_held_too_long_is_told_once_and_clears(place: _Place, monkeypatch: pytest.MonkeyPatch) -> None:
    with _held(place.home):
        assert place.tick() == []
        later = clock.instant() + timedelta(minutes=31)
        monkeypatch.setattr(clock, "instant", lambda: later)
        assert place.tick() == ["HOME-LOCK-LONG writer lock"]
        assert place.tick() == []
    assert place.tick() == ["HOME-LOCK-LONG writer lock-cleared"]
    assert place.tick() == []


def test_a_full_disk_is_told_once_and_clears(place: _Place, monkeypatch: pytest.MonkeyPatch) -> None:
    free = 100 << 20
    real = shutil.disk_usage
    monkeypatch.setattr("warehouse.room.shutil.disk_usage", lambda _: Room(1 << 40, 0, free))
    (told,) = [x for x in place.tick() if str(place.home.root) in x]
    assert told.startswith("HOME-DISK-LOW disk of ")
    lows = [x for x in of_home.look_at_home(place.home) if x.code == "HOME-DISK-LOW"]
    assert {x.level for x in lows} == {Level.critical} and "100.0 MB free" in lows[0].found
    assert place.tick() == []
    monkeypatch.setattr("warehouse.room.shutil.disk_usage", real)
    assert f"{told}-cleared" in place.tick()


def test_a_damaged_manifest_and_a_build_that_is_ahead_are_told_once_and_clear(place: _Place) -> None:
    home = place.home
    kept = home.manifest.read_bytes()
    home.manifest.write_bytes(b"{")
    os.utime(home.manifest, (time.time() - 3600,) * 2)
    assert place.tick() == ["HOME-MANIFEST-DIFFERS release"]
    assert place.tick() == []
    home.manifest.write_bytes(kept)
    os.utime(home.manifest, (time.time() - 3600,) * 2)
    assert place.tick() == ["HOME-MANIFEST-DIFFERS release-cleared"]
    wal = home.build.with_name(f"{home.build.name}.wal")
    wal.write_bytes(b"")
    assert place.tick() == ["HOME-PUBLISHED-BEHIND release"]
    wal.unlink()
    assert place.tick() == ["HOME-PUBLISHED-BEHIND release-cleared"]


def test_a_damaged_or_missing_database_is_one_line_and_the_rest_is_told(place: _Place) -> None:
    home, kept = place.home, place.home.database.read_bytes()
    home.database.write_bytes(b"x" * 20_000)
    lines = of_home.look_at_home(home)
    assert [x.code for x in lines if x.code] == ["HOME-PUBLISHED-DAMAGED"]
    assert {"inbox", "writer lock"} <= {x.what for x in lines}
    write_metrics(home)
    told = metrics_path(home).read_text("utf-8")
    assert "danvan_inbox_files 0\n" in told and "danvan_files_total" not in told
    home.database.write_bytes(kept)
    home.build.rename(home.build.with_name("gone"))
    assert [x.code for x in of_home.look_at_home(home) if x.code] == ["HOME-BUILD-MISSING"]


def test_files_that_wait_and_an_inbox_that_is_gone(place: _Place) -> None:
    path = place.home.inbox / "a.xlsx"
    path.write_bytes(b"a")
    os.utime(path, (0, 0))
    assert _lines(place.home)["inbox"].level is Level.ok, "it came now, whatever time it bears"
    now = time.time()
    for hours, level in ((1, Level.warning), (3, Level.critical)):
        with pytest.MonkeyPatch.context() as later:
            later.setattr("assets.health.home.time.time", lambda hours=hours: now + hours * 3600)
            line = _lines(place.home)["inbox"]
            assert (line.level, line.code) == (level, "INBOX-WAITING") and f"{hours} h 0 min" in line.found
    path.unlink()
    place.home.inbox.rename(place.home.inbox.with_name("gone"))
    assert _lines(place.home)["inbox"].code == "INBOX-GONE"


def test_receipts_that_are_due_and_a_warehouse_of_another_version(
    place: _Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    next(place.home.receipts.glob("*.json")).unlink()
    monkeypatch.setattr("warehouse.bootstrap._fingerprint", lambda: "of another version")
    lines = _lines(place.home)
    assert (lines["receipts"].code, lines["receipts"].found) == ("HOME-RECEIPTS-DUE", "1 are due")
    assert lines["versions"].code == "HOME-OTHER-VERSION"


def test_a_check_that_fails_is_told_once_and_clears_without_its_words(place: _Place) -> None:
    warns, errs = dg.AssetCheckSeverity.WARN, dg.AssetCheckSeverity.ERROR
    place.evaluate(CHECK, True, warns)
    assert place.tick() == []
    place.evaluate(CHECK, False, warns)
    place.evaluate(BLOCKING, False, errs)
    assert place.tick() == [
        "CHECK-FAILS check published/danvan:equals_core",
        "CHECK-WARNS check mart/completeness:completeness",
    ]
    place.evaluate(CHECK, False, warns)
    assert place.tick() == []
    told = "".join(p.read_text("utf-8") for p in (place.home.outbox / "alerts").iterdir())
    assert "0912345678" not in told and '"level": "critical"' in told and '"level": "warning"' in told
    place.evaluate(CHECK, True, warns)
    place.evaluate(BLOCKING, True, errs)
    cleared = place.tick()
    assert cleared == [
        "CHECK-FAILS check published/danvan:equals_core-cleared",
        "CHECK-WARNS check mart/completeness:completeness-cleared",
    ]
    assert len(place.instance.get_runs()) == 1, "that which filled the home"


def test_stale_assets_are_told_once_as_one(place: _Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def records(state: FreshnessState) -> Any:
        def of(keys: list[dg.AssetKey]) -> dict[dg.AssetKey, FreshnessStateRecord]:
            body = FreshnessStateRecordBody(metadata=None)
            return {
                k: FreshnessStateRecord(
                    entity_key=k, freshness_state=state, updated_at=clock.instant(), record_body=body
                )
                for k in keys
            }

        return of

    monkeypatch.setattr(place.instance, "get_freshness_state_records", records(FreshnessState.WARN))
    assert place.tick() == ["ASSET-STALE freshness"]
    assert place.tick() == []
    monkeypatch.setattr(place.instance, "get_freshness_state_records", records(FreshnessState.PASS))
    assert place.tick() == ["ASSET-STALE freshness-cleared"]


def test_of_many_things_a_tick_tells_some_and_the_next_the_others(place: _Place) -> None:
    names = [k for k in sorted(defs.resolve_asset_graph().asset_check_keys, key=str) if k.name.startswith("gx_")][
        : AT_ONCE + 2
    ]
    for key in names:
        place.evaluate(key, False, dg.AssetCheckSeverity.WARN)
    first, second = place.tick(), place.tick()
    assert (len(first), len(second)) == (AT_ONCE, 2) and not set(first) & set(second)
    assert place.tick() == []


def test_a_deaf_webhook_stops_nothing(place: _Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DANVAN_ALERT_WEBHOOK", "http://127.0.0.1:9/token")
    place.evaluate(CHECK, False, dg.AssetCheckSeverity.WARN)
    assert len(place.tick()) == 1


@contextmanager
def _listener(status: int) -> Iterator[tuple[str, list[str]]]:
    heard: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.append(self.path)
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/secret", heard
        server.shutdown()


def test_the_sign_of_life_is_given_at_each_tick_and_a_deaf_switch_is_told_once(
    place: _Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = heartbeat_path(place.home)
    os.utime(path, (0, 0))
    with _listener(200) as (url, heard):
        monkeypatch.setenv(URL, url)
        assert place.tick() == [] and heard == ["/secret"]
    assert time.time() - path.stat().st_mtime < 60
    monkeypatch.setenv("DANVAN_ALERT_TIMEOUT_SECONDS", "0.5")
    assert place.tick() == ["HEARTBEAT-UNHEARD heartbeat"], "nobody listens there now"
    assert place.tick() == []
    for wrong in ("file:///etc/passwd", "ftp://x/secret"):
        monkeypatch.setenv(URL, wrong)
        with pytest.raises(DeclarationError, match="a text that begins with http://") as refused:
            beat(place.home)
        assert "secret" not in str(refused.value)
    with _listener(500) as (url, _):
        monkeypatch.setenv(URL, url)
        assert "secret" not in (line := beat(place.home)).found and line.level is Level.warning
    monkeypatch.delenv(URL)
    assert place.tick() == ["HEARTBEAT-UNHEARD heartbeat-cleared"]


def test_the_figures_of_a_home_follow_its_batches(place: _Place) -> None:
    home = place.home
    figures = _figures(home)
    assert figures['danvan_files_total{verdict="accepted"}'] == 4
    assert figures["danvan_release_number"] == 1 and figures["danvan_receipts_due"] == 0
    assert figures['danvan_batch_step_seconds{step="marts"}'] > 0, "noted by the run that filled the home"
    assert figures["danvan_daemon_up"] == 0 and figures["danvan_inbox_files"] == 0
    wrong = clean_rows(2024)
    wrong["training"][0]["attendee_count"] = "nhiều"
    put(home.inbox, report_of(105, "2024-Y", wrong), report_of(104, "2024-Y", clean_rows(2024)))
    assert _figures(home)["danvan_inbox_files"] == 2
    take(home)
    figures = _figures(home)
    assert [figures[f'danvan_files_total{{verdict="{v}"}}'] for v in ("accepted", "rejected", "duplicate")] == [4, 1, 1]
    assert figures['danvan_open_findings{severity="error"}'] >= 1 and figures["danvan_receipts_due"] >= 1
    said = danvan(home.root, "metrics")
    assert (said.returncode, said.stdout) == (0, f"{metrics_path(home)}\n")
    assert metrics_path(home).stat().st_mode & 0o777 == 0o640


def _figures(home: Home) -> dict[str, float]:
    lines = write_metrics(home).read_text("utf-8").splitlines()
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))}
