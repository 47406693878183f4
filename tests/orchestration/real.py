"""A real daemon (with its code server and runs) and a real web server on a home of their own, for the tests beside it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dagster as dg

from orchestration.instance import prepare_dagster_home
from tests.support import HANGS, REPO
from warehouse.home import Home

#: runs that have not ended
BUSY = dg.RunsFilter(statuses=[dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED])
DANVAN = str(Path(sys.executable).with_name("danvan"))


def environment(home: Home) -> dict[str, str]:
    """The environment of a process of this home."""
    return {**os.environ, "DANVAN_HOME": str(home.root), "DAGSTER_HOME": str(home.dagster)}


def prepare(home: Home) -> None:
    """Write the home's dagster.yaml, and leave this process's own environment as it is."""
    before = {k: os.environ.get(k) for k in ("DAGSTER_HOME", "DANVAN_HOME")}
    prepare_dagster_home(home)
    for name, value in before.items():
        os.environ.pop(name, None) if value is None else os.environ.__setitem__(name, value)


class MovedClock:
    """What the processes under it take for now: the time, plus an offset that can be moved while they run (libfaketime)."""

    LIBRARY = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)

    def __init__(self, folder: Path) -> None:
        self._offset = folder / "offset"

    def move(self, to: datetime) -> None:
        """Let it be ``to``, here and now."""
        seconds = (to - datetime.now(UTC)).total_seconds()
        new = self._offset.with_suffix(".new")
        new.write_text(f"{seconds:+.0f}\n", encoding="utf-8")
        new.replace(self._offset)

    @property
    def environment(self) -> dict[str, str]:
        """What puts a process under it. The time that waits are measured by is left alone."""
        return {
            "LD_PRELOAD": str(self.LIBRARY),
            "FAKETIME_TIMESTAMP_FILE": str(self._offset),
            "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "PYTHONPATH": str(Path(__file__).parent / "shifted"),
        }


@contextmanager
def daemon(home: Home, clock: MovedClock | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """``danvan daemon`` in a process group of its own; in the end everything of this home is killed by pid."""
    environ = environment(home) | (clock.environment if clock else {})
    with (home.root / "daemon.log").open("ab") as log:
        process = subprocess.Popen(
            [DANVAN, "daemon"], cwd=REPO, env=environ, stdout=log, stderr=log, start_new_session=True
        )
    try:
        yield process
    finally:
        kill_all(home)
        process.wait()


@contextmanager
def web_server(home: Home) -> Iterator[Callable[[str, dict[str, Any]], dict[str, Any]]]:
    """The UI's server; yields a function that asks its GraphQL."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "orchestration.ui", "-w", "workspace.yaml", "-h", "127.0.0.1", "-p", str(port)]
    with (home.root / "web.log").open("ab") as log:
        process = subprocess.Popen(
            command, cwd=REPO, env=environment(home), stdout=log, stderr=log, start_new_session=True
        )

    def ask(query: str, variables: dict[str, Any]) -> dict[str, Any]:
        body = json.dumps({"query": query, "variables": variables}).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{port}/graphql", body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            found: dict[str, Any] = json.load(answer)
        assert "errors" not in found, found
        return dict(found["data"])

    def answers() -> bool:
        with suppress(urllib.error.URLError, ConnectionError):
            return bool(ask("{version}", {}))
        return False

    try:
        wait_until(answers, home, "the web server answers")
        yield ask
    finally:
        process.kill()
        process.wait()


def kill_all(home: Home) -> None:
    """kill -9 for the daemon, the code server and every run of this home, by pid."""
    for status in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, ValueError):
            found = (status / "environ").read_bytes()
            if f"DAGSTER_HOME={home.dagster}".encode() in found and int(status.name) != os.getpid():
                os.kill(int(status.name), signal.SIGKILL)


def wait_until(holds: Callable[[], bool], home: Home, what: str) -> float:
    """Wait until ``holds``; return the seconds. Raises AssertionError with the end of the daemon's log."""
    begin = time.monotonic()
    while time.monotonic() - begin < HANGS:
        if holds():
            return time.monotonic() - begin
        time.sleep(0.5)
    log = home.root / "daemon.log"
    tail = log.read_text(errors="replace")[-3000:] if log.exists() else ""
    raise AssertionError(f"not within {HANGS:.0f} s: {what}\n{tail}")
