"""Who works on a home now: the process that holds the writer's lock, and the daemon.

Asking waits for nobody and takes no lock from anybody. Does not belong here: taking the lock (warehouse.catalog), what a daemon
does (orchestration).
"""

from __future__ import annotations

import fcntl
import json
import multiprocessing
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from warehouse import clock

if TYPE_CHECKING:
    from warehouse.home import Home

#: the module that a Dagster daemon runs; orchestration.internals has all other names of that kind
DAEMON = "dagster._daemon"
_LONGEST = 4096
#: seconds by which a process may seem to have begun after it signed: clocks of the kernel are coarse
_COARSE = 2.0


@dataclass(frozen=True, slots=True)
class Worker:
    """A process: its pid, what it is (never its arguments, which may name files of people), since when (UTC)."""

    pid: int
    command: str
    since: datetime


@contextmanager
def signed(fd: int) -> Iterator[None]:
    """Let the lock file that the caller holds say who that is, during the body; for whoever asks, nothing rests on it."""
    told = {"pid": os.getpid(), "command": _this_command(), "since": clock.instant().isoformat(timespec="seconds")}
    with suppress(OSError):  # a full disk stops what is to be written, not this
        os.ftruncate(fd, 0)
        os.pwrite(fd, json.dumps(told).encode(), 0)
    try:
        yield
    finally:
        with suppress(OSError):
            os.ftruncate(fd, 0)


def lock_holder(home: Home) -> Worker | str | None:
    """Return who holds the writer's lock, None when it is free, a text where the holder has not signed.

    Asked for an instant with a shared lock, which a writer tries again after. Raises PermissionError.
    """
    try:
        fd = os.open(home.lock, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _signer(os.pread(fd, _LONGEST, 0)) or "a process that left no name"
    else:
        return None
    finally:
        os.close(fd)


def running_daemon(home: Home) -> Worker | None:
    """Return the Dagster daemon of this home, whoever started it; one of a user whose processes we may not see is not found."""
    import psutil

    for process in psutil.process_iter():
        try:
            command = process.cmdline()
            if DAEMON in command or any(part.endswith("dagster-daemon") for part in command[:2]):
                place = process.environ().get("DAGSTER_HOME")
                if place and Path(place).resolve() == home.dagster.resolve():
                    since = datetime.fromtimestamp(process.create_time(), UTC)
                    return Worker(process.pid, "dagster daemon", since)
        except (psutil.NoSuchProcess, psutil.AccessDenied):  # gone, or another user's
            continue
    return None


def _this_command() -> str:
    """The run that a launcher forked, by its name; else the program and its command."""
    if multiprocessing.parent_process() is not None:
        return multiprocessing.current_process().name
    program = Path(sys.argv[0]).name if sys.argv else "python"
    command = next((a for a in sys.argv[1:2] if a.isidentifier()), "")
    return f"{program} {command}".strip()


def _signer(content: bytes) -> Worker | None:
    """Who signed, if that process still is the one that did."""
    import psutil

    with suppress(ValueError, KeyError, TypeError, psutil.NoSuchProcess):
        told = json.loads(content)
        since = datetime.fromisoformat(told["since"])
        if psutil.Process(int(told["pid"])).create_time() <= since.timestamp() + _COARSE:
            return Worker(int(told["pid"]), str(told["command"])[:100], since)
    return None
