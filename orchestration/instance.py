"""The Dagster instance of a home: one DAGSTER_HOME under DANVAN_HOME, with the settings that danvan relies on.

Does not belong here: definitions or jobs.
"""

from __future__ import annotations

import fcntl
import json
import os
from dataclasses import asdict, dataclass
from importlib.resources import files
from typing import TYPE_CHECKING

from warehouse.files import write_file
from warehouse.processes import running_daemon

if TYPE_CHECKING:
    from warehouse.home import Home

_OFFERED = "offered.json"


def prepare_dagster_home(home: Home) -> None:
    """Write dagster.yaml where there is none and point DAGSTER_HOME at it; an operator's own file is kept."""
    home.dagster.mkdir(parents=True, exist_ok=True)
    settings = home.dagster / "dagster.yaml"
    if not settings.exists():
        settings.write_text(_shipped(), encoding="utf-8")
        Offered.today().write(home)
    os.environ["DAGSTER_HOME"] = str(home.dagster)
    os.environ["DANVAN_HOME"] = str(home.root)
    os.environ["DAGSTER_DISABLE_TELEMETRY"] = "1"


def _shipped() -> str:
    return files("orchestration").joinpath("dagster.yaml").read_text(encoding="utf-8")


def shipped_settings() -> dict[str, str]:
    """Return the text of each setting of our dagster.yaml by its name, comments included."""
    import yaml

    text = _shipped()
    lines = text.splitlines(keepends=True)
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    starts = [(key.value, key.start_mark.line) for key, _ in node.value] if node else []
    ends = [line for _, line in starts[1:]] + [len(lines)]
    return {name: "".join(lines[start:end]) for (name, start), end in zip(starts, ends, strict=True)}


@dataclass(frozen=True, slots=True)
class Offered:
    """What a home was given last: the names of our settings, and the version of Dagster that its storage is of; blank: unknown.

    A setting that was offered and is not there was taken out by the operator.
    """

    settings: tuple[str, ...] = ()
    dagster: str = ""

    @classmethod
    def today(cls) -> Offered:
        """Return what this version offers."""
        from importlib.metadata import version

        return cls(tuple(shipped_settings()), version("dagster"))

    @classmethod
    def of(cls, home: Home) -> Offered:
        """Return what a home has noted; of one that notes nothing, nothing is known."""
        try:
            noted = json.loads((home.dagster / _OFFERED).read_bytes())
            return cls(tuple(noted["settings"]), noted["dagster"])
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return cls()

    def write(self, home: Home) -> None:
        """Note it, where something else is noted."""
        if self != Offered.of(home):
            write_file(home.dagster / _OFFERED, json.dumps(asdict(self)).encode())


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
