"""One daemon a home, also when the process that started it was killed. Does not belong here: what a daemon does."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from orchestration.instance import SecondDaemonError, hold_daemon_lock
from tests.support import make_home


@contextmanager
def left_behind(dagster_home: Path) -> Iterator[int]:
    """A process that looks like a daemon whose starter, and with it the lock, is gone."""
    wait = "import sys; print(flush=True); sys.stdin.read()"
    environment = {**os.environ, "DAGSTER_HOME": str(dagster_home)}
    with subprocess.Popen(
        [sys.executable, "-c", wait, "dagster._daemon", "run"],
        env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stdout is not None and process.stdin is not None
        process.stdout.readline()
        yield process.pid
        process.stdin.close()


def test_a_daemon_that_outlived_its_starter_is_found(tmp_path: Path) -> None:
    home, other = make_home(tmp_path / "home"), make_home(tmp_path / "other")
    with left_behind(home.dagster) as pid:
        with pytest.raises(SecondDaemonError, match=f"pid {pid}"):
            hold_daemon_lock(home)
        hold_daemon_lock(other)  # another home's daemon is no matter
    hold_daemon_lock(home)


def test_a_service_started_from_a_script_still_ends_when_it_is_told_to(tmp_path: Path) -> None:
    """Dagster ends on SIGTERM as it does on SIGINT, which a shell's background job ignores."""
    (tmp_path / "shown.py").write_text("import signal; print(signal.getsignal(signal.SIGINT).__name__)")
    start = (
        "import signal as s; s.signal(s.SIGINT, s.SIG_IGN); import orchestration.cli.operate as o; o._become('shown')"
    )
    done = subprocess.run([sys.executable, "-c", start], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == "default_int_handler\n"
