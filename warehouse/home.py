"""Where danvan keeps its state: every path under one home folder, named once.

Does not belong here: what is written in those places.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


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
    def build(self) -> Path:
        """The private database that the one writer opens."""
        return self.root / "build" / "danvan.duckdb"

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
        """The published database: read-only for everybody, replaced by rename."""
        return self.published / "danvan.duckdb"

    @property
    def manifest(self) -> Path:
        """What belongs to the newest release; written last."""
        return self.published / "manifest.json"

    @property
    def dictionary(self) -> Path:
        """Every published column with label, unit and code list."""
        return self.published / "data_dictionary.csv"

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
    def cache(self) -> Path:
        """Derived texts that can be made again, such as compiled suites."""
        return self.root / "cache"

    def create(self) -> None:
        """Make every folder. Raises HomeError when a place cannot be made or written."""
        folders = (self.inbox, self.archive, self.build.parent, self.published, self.receipts, self.outbox)
        try:
            for folder in (*folders, self.data_docs, self.dagster, self.cache):
                folder.mkdir(parents=True, exist_ok=True)
            self.archive.chmod(0o750)
        except OSError as e:
            raise HomeError(
                f"cannot use {self.root} as DANVAN_HOME: {e.strerror}; choose a folder you may write"
            ) from e

    def require(self) -> None:
        """Raise HomeError unless ``danvan init`` (or a first ingest) has made this home."""
        if not self.build.parent.is_dir():
            raise HomeError(f"{self.root} is not a danvan home yet; run: danvan init")


def current_home() -> Home:
    """Return the home that DANVAN_HOME names, or ``./data``."""
    return Home(Path(os.environ.get("DANVAN_HOME") or "data").expanduser().resolve())
