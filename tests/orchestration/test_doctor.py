"""What `danvan doctor` says of a home and its instance, and how it exits; the defects are planted."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import time
from pathlib import Path

import pytest

from assets.health import home as of_home
from assets.health.line import Level, Line, looked, worst
from assets.health.metrics import metrics_path, write_metrics
from orchestration.definitions import defs
from orchestration.health.doctor import examine, of_running
from tests.orchestration.command import danvan
from tests.orchestration.test_instance import left_behind
from tests.orchestration.watched import Watched, figures, held
from tests.support import make_home
from warehouse.catalog import open_build, transaction, writer_lock
from warehouse.home import Home
from warehouse.processes import Worker, lock_holder


def _lines(home: Home) -> dict[str, Line]:
    return {line.what: line for line in of_home.look_at_home(home)}


def test_every_sensor_and_schedule_that_is_defined_is_looked_at(watched: Watched) -> None:
    defined = {f"sensor {s.name}" for s in defs.sensors or ()} | {f"schedule {s.name}" for s in defs.schedules or ()}
    assert len(defined) > 5 and defined <= {line.what for line in of_running(watched.home, watched.instance)}


def test_exit_codes_are_those_of_a_monitor(watched: Watched, tmp_path: Path) -> None:
    said = danvan(tmp_path / "none", "doctor")
    assert (said.returncode, said.stdout.split("\n")[0]) == (3, "DANVAN UNKNOWN - 1 unknown")
    assert "HOME-NONE" in said.stdout and not (tmp_path / "none").exists()

    empty = make_home(tmp_path / "empty")
    said = danvan(empty.root, "doctor", "--json")
    told = json.loads(said.stdout)
    assert (said.returncode, told["exit_code"], told["level"]) == (2, 2, "critical")
    assert {x["code"] for x in told["lines"] if x["code"]} == {"DAEMON-DOWN", "INSTANCE-NONE"}
    assert not (empty.dagster / "history").exists(), "looking makes no instance"

    said = danvan(watched.home.root, "doctor")
    assert said.returncode == 2 and "DAEMON-DOWN" in said.stdout
    ignored = [f"--ignore={c}" for c in ("DAEMON-DOWN", "SENSOR-SILENT", "CHECK-WARNS")]
    said = danvan(watched.home.root, "doctor", *ignored)
    assert (said.returncode, said.stdout.split("\n")[0][:9]) == (0, "DANVAN OK")
    assert "DAEMON-DOWN" in said.stdout, "ignored, and shown"


def _of_daemon(home: Home) -> Line:
    return next(line for line in examine(home) if line.what == "daemon")


def test_a_daemon_that_is_killed_is_missed(watched: Watched) -> None:
    with left_behind(watched.home.dagster) as pid:
        found = _of_daemon(watched.home)
        assert f"pid {pid}" in found.found and found.level is Level.ok
        with pytest.MonkeyPatch.context() as later:
            later.setattr("orchestration.health.instance.HEARTBEAT_LATE", -10.0)
            assert _of_daemon(watched.home).code == "DAEMON-HANGS", "it has no heartbeat"
        assert {n: v for n, v in figures(watched.home).items() if "daemon_up" in n} == {"danvan_daemon_up": 1}
        os.kill(pid, signal.SIGKILL)
    found = _of_daemon(watched.home)
    assert (found.code, found.level) == ("DAEMON-DOWN", Level.critical)


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


def test_who_holds_the_lock_is_told_without_waiting_and_a_batch_may_be_written_meanwhile(watched: Watched) -> None:
    home = watched.home
    assert lock_holder(home) is None
    with held(home) as pid:
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


def test_a_damaged_or_missing_database_is_one_line_and_the_rest_is_told(watched: Watched) -> None:
    home, kept = watched.home, watched.home.database.read_bytes()
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


def test_files_that_wait_and_an_inbox_that_is_gone(watched: Watched) -> None:
    path = watched.home.inbox / "a.xlsx"
    path.write_bytes(b"a")
    os.utime(path, (0, 0))
    assert _lines(watched.home)["inbox"].level is Level.ok, "it came now, whatever time it bears"
    now = time.time()
    for hours, level in ((1, Level.warning), (3, Level.critical)):
        with pytest.MonkeyPatch.context() as later:
            later.setattr("assets.health.home.time.time", lambda hours=hours: now + hours * 3600)
            line = _lines(watched.home)["inbox"]
            assert (line.level, line.code) == (level, "INBOX-WAITING") and f"{hours} h 0 min" in line.found
    path.unlink()
    watched.home.inbox.rename(watched.home.inbox.with_name("gone"))
    assert _lines(watched.home)["inbox"].code == "INBOX-GONE"


def test_receipts_that_are_due_and_a_warehouse_of_another_version(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    next(watched.home.receipts.glob("*.json")).unlink()
    monkeypatch.setattr("warehouse.bootstrap.fingerprint", lambda: "of another version")
    lines = _lines(watched.home)
    assert (lines["receipts"].code, lines["receipts"].found) == ("HOME-RECEIPTS-DUE", "1 are due")
    assert lines["versions"].code == "HOME-OTHER-VERSION"
