"""The Dagster instance of a home: one DAGSTER_HOME under DANVAN_HOME, with the settings that danvan relies on.

Does not belong here: definitions or jobs.
"""

from __future__ import annotations

import fcntl
import os
from importlib.resources import files
from typing import TYPE_CHECKING

from warehouse.processes import running_daemon

if TYPE_CHECKING:
    from warehouse.home import Home


def prepare_dagster_home(home: Home) -> None:
    """Write dagster.yaml where there is none and point DAGSTER_HOME at it; an operator's own file is kept."""
    home.dagster.mkdir(parents=True, exist_ok=True)
    settings = home.dagster / "dagster.yaml"
    if not settings.exists():
        settings.write_text(
            files("orchestration").joinpath("dagster.yaml").read_text(encoding="utf-8"), encoding="utf-8"
        )
    os.environ["DAGSTER_HOME"] = str(home.dagster)
    os.environ["DANVAN_HOME"] = str(home.root)
    os.environ["DAGSTER_DISABLE_TELEMETRY"] = "1"


class SecondDaemonError(Exception):
    """A daemon works on this home already; the message names its process."""


def hold_daemon_lock(home: Home) -> None:
    """Hold this home's daemon lock until the calling process ends, whatever it becomes by exec. Raises SecondDaemonError.

    Two daemons on one instance would both answer each sweep. The lock speaks for daemons that danvan started and whose
    starter lives; a daemon that outlived a killed starter, or that ``dagster dev`` started, is found among the processes.
    """
    fd = os.open(home.dagster / "daemon.lock", os.O_CREAT | os.O_RDWR, 0o640)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        running = running_daemon(home)
        holder = str(running.pid) if running else None
    except BlockingIOError:
        holder = os.pread(fd, 32, 0).decode().strip()
    if holder is not None:
        os.close(fd)
        raise SecondDaemonError(
            f"a daemon (pid {holder}) works on {home.root} already; go on with it, or stop it first: kill {holder}"
        )
    os.ftruncate(fd, 0)
    os.pwrite(fd, str(os.getpid()).encode(), 0)
    os.set_inheritable(fd, True)  # kept over exec; children that the daemon starts do not get it
