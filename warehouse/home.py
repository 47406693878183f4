"""Where danvan keeps its state: every path under one home folder, named once; and who may look there.

Does not belong here: what is written in those places.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

#: what neither danvan nor its children let others do with what they make: folders are 0750, files 0640
_UMASK = 0o027
_FOLDER = 0o777 & ~_UMASK


class HomeError(Exception):
    """The home folder cannot be used; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Home:
    """The folders and files under DANVAN_HOME (default ``./data``)."""

    root: Path

    @property
    def inbox(self) -> Path:
        """Where units' files arrive."""
        return self.root / "inbox"

    @property
    def archive(self) -> Path:
        """Every file ever taken, by content hash; access-limited since originals carry names."""
        return self.root / "archive"

    @property
    def senders(self) -> Path:
        """What the operator asks of senders, where it differs from what is declared (warehouse.senders)."""
        return self.root / "senders.yaml"

    @property
    def settings(self) -> Path:
        """What the operator changed of danvan's settings (warehouse.settings)."""
        return self.root / "danvan.toml"

    @property
    def lake(self) -> Path:
        """What says that the warehouse is a lake, and where that lies (warehouse.lake_home)."""
        return self.root / "lake.json"

    @property
    def build(self) -> Path:
        """The private database that the one writer opens; of a lake, the sign that it was made."""
        return self.root / "build" / self._warehouse

    @property
    def lock(self) -> Path:
        """The file whose kernel lock the one writer holds."""
        return self.root / "build" / "writer.lock"

    @property
    def published(self) -> Path:
        """The folder that analysts read."""
        return self.root / "published"

    @property
    def database(self) -> Path:
        """The published database, or the number of the published snapshot: read-only for everybody, replaced by rename."""
        return self.published / self._warehouse

    @property
    def _warehouse(self) -> str:
        return "danvan.lake" if self.lake.exists() else "danvan.duckdb"

    @property
    def manifest(self) -> Path:
        """What belongs to the newest release; written last."""
        return self.published / "manifest.json"

    @property
    def dictionary(self) -> Path:
        """Every published column with label, unit and code list."""
        return self.published / "data_dictionary.csv"

    @property
    def dictionary_page(self) -> Path:
        """The same as a page that can be searched, with tables, macros and code lists."""
        return self.published / "data_dictionary.html"

    @property
    def reports(self) -> Path:
        """The yearly reports."""
        return self.published / "reports"

    @property
    def receipts(self) -> Path:
        """What goes back to the units."""
        return self.root / "receipts"

    @property
    def outbox(self) -> Path:
        """Messages to units and operators; sending them is the operator's choice."""
        return self.root / "outbox"

    @property
    def data_docs(self) -> Path:
        """Great Expectations' results and pages."""
        return self.root / "data_docs"

    @property
    def dagster(self) -> Path:
        """DAGSTER_HOME."""
        return self.root / "dagster"

    @property
    def metrics(self) -> Path:
        """What a monitor reads: figures of how it stands, and the sign that the daemon lives."""
        return self.root / "metrics"

    @property
    def cache(self) -> Path:
        """Derived texts that can be made again, such as compiled suites."""
        return self.root / "cache"

    @property
    def places(self) -> tuple[Path, ...]:
        """Every folder right under the home that danvan makes."""
        ours = (self.archive, self.build.parent, self.published, self.receipts, self.outbox)
        return (self.inbox, *ours, self.data_docs, self.dagster, self.metrics, self.cache)

    def create(self) -> None:
        """Make every folder, and close those that others may enter. Raises HomeError when a place cannot be made or written."""
        try:
            self.root.mkdir(mode=_FOLDER, parents=True, exist_ok=True)
            for folder in self.places:
                folder.mkdir(mode=_FOLDER, exist_ok=True)
        except OSError as e:
            raise HomeError(
                f"cannot use {self.root} as DANVAN_HOME: {e.strerror}; choose a folder you may write"
            ) from e
        for folder in self.open_to_others():
            with suppress(PermissionError):  # somebody else's: danvan verify tells it
                _close(folder) if folder != self.inbox else _take(folder, stat.S_IROTH)

    def open_to_others(self) -> list[Path]:
        """Return the folders that users outside the home's group may read or enter; the inbox, since senders may enter it: read."""
        found = []
        for folder in filter(Path.is_dir, self.places):
            asked = stat.S_IROTH if folder == self.inbox else stat.S_IRWXO
            if folder.stat().st_mode & asked:
                found.append(folder)
        return found

    def require(self) -> None:
        """Raise HomeError unless ``danvan init`` (or a first ingest) has made this home."""
        if not self.build.parent.is_dir():
            raise HomeError(f"{self.root} is not a danvan home yet; run: danvan init")


def current_home() -> Home:
    """Return the home that DANVAN_HOME names, or ``./data``."""
    return Home(Path(os.environ.get("DANVAN_HOME") or "data").expanduser().resolve())


def keep_private() -> None:
    """Let nothing that this process and its children make be open to others. Every entrance calls it before anything else."""
    os.umask(os.umask(0o077) | _UMASK)


def _close(folder: Path) -> None:
    """Take from others what they may do in ``folder``: itself last, so that a start that was interrupted begins again."""
    for inner, subfolders, names in os.walk(folder, topdown=False):
        for name in (*names, *subfolders):
            path = Path(inner) / name
            if not path.is_symlink():
                _take(path, stat.S_IRWXO)
    _take(folder, stat.S_IRWXO)


def _take(path: Path, rights: int) -> None:
    with suppress(FileNotFoundError):  # another process is at work
        if (mode := stat.S_IMODE(path.stat().st_mode)) & rights:
            path.chmod(mode & ~rights)
