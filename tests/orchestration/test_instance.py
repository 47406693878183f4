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
def _left_behind(dagster_home: Path) -> Iterator[int]:
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
    with _left_behind(home.dagster) as pid:
        with pytest.raises(SecondDaemonError, match=f"pid {pid}"):
            hold_daemon_lock(home)
        hold_daemon_lock(other)  # another home's daemon is no matter
    hold_daemon_lock(home)
