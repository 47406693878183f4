"""Tidy: what of a home is past and may go - messages that were sent long ago, what killed processes and restores left.

Originals, ledger, warehouse, what is published, receipts and Data Docs always stay: they say what is so, or cannot be made again.
Does not belong here: Dagster's own storage (orchestration.storage), Parquet of older releases, which each release removes
(warehouse.release).
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from assets.rebuild import left_behind_beside
from warehouse import clock, query
from warehouse.catalog import is_copied, open_published, writer_lock
from warehouse.files import left_behind

if TYPE_CHECKING:
    from warehouse.home import Home

_LONGEST = 36_500


class RetentionError(ValueError):
    """Days for which nothing can be kept; the message says what can be asked for."""


@dataclass(frozen=True, slots=True)
class Retention:
    """How many days of what is past are kept: runs and ticks of Dagster, messages, left-overs. Raises RetentionError."""

    keep_days: int

    def __post_init__(self) -> None:
        if not 1 <= self.keep_days <= _LONGEST:
            raise RetentionError(f"TIDY-KEEP-DAYS: {self.keep_days} days cannot be kept; give 1 to {_LONGEST}")

    def begins(self) -> datetime:
        """Return the moment (UTC) since when everything is kept."""
        return clock.instant() - timedelta(days=self.keep_days)


@dataclass(frozen=True, slots=True)
class Gone:
    """What went, or would go: how many of a kind, and the bytes that became free on the disk."""

    kind: str
    count: int
    bytes: int


def tidy_files(home: Home, before: datetime, *, dry_run: bool = False) -> list[Gone]:
    """Remove the files of ``home`` that were past ``before`` (UTC); with ``dry_run`` only count them. Raises WriterBusyError."""
    if dry_run:
        return [_gone(kind, find(home, before)) for kind, find in _KINDS.items()]
    gone = []
    with writer_lock(home):  # what a writer has in its hands is no left-over
        for kind, find in _KINDS.items():
            found = list(find(home, before))
            gone.append(_gone(kind, found))
            for path in found:
                remove(path)
    return gone


def size_of(path: Path) -> int:
    """Return the bytes that become free when ``path`` goes: none of a file that has another name as well, or is gone already."""
    if path.is_dir() and not path.is_symlink():
        return sum(size_of(Path(inner) / name) for inner, _, names in os.walk(path) for name in names)
    with suppress(FileNotFoundError):
        stat = path.lstat()
        return stat.st_size if stat.st_nlink == 1 else 0
    return 0


def remove(path: Path) -> None:
    """Remove a file or a folder, if it is there; of a link only the link."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _gone(kind: str, paths: Iterable[Path]) -> Gone:
    sizes = [size_of(path) for path in paths]
    return Gone(kind, len(sizes), sum(sizes))


def _reminders(home: Home, before: datetime) -> Iterator[Path]:
    """The reminders of a day are of no use on a later one."""
    first = f"{clock.day_of(before.replace(tzinfo=None)):%Y-%m-%d}"
    return (path for path in sorted((home.outbox / "reminders").glob("[0-9]*-*-*")) if path.name < first)


def _alerts(home: Home, before: datetime) -> Iterator[Path]:
    return _older((home.outbox / "alerts").glob("*.json"), before)


def _receipt_copies(home: Home, before: datetime) -> Iterator[Path]:
    """Copies to be sent; the receipts themselves stay. A rejected report that was not sent again is still waited for."""
    if not home.database.exists():
        return
    with open_published(home) as con:
        past = {row["submission_id"] for row in query.rows(con, "receipts_past")}
    for path in _older((home.outbox / "receipts").glob("*/*"), before):
        if path.stem.rpartition("_")[2] in past:
            yield path


def _rebuilds(home: Home, _: datetime) -> Iterator[Path]:
    """As the next rebuild would remove them, however old they are."""
    return iter(left_behind_beside(home))


def _unfinished(home: Home, before: datetime) -> Iterator[Path]:
    """What was being written (``warehouse.files``) when its process was killed. Nobody looks for it in inbox and archive."""
    for place in (home.build.parent, home.published, home.receipts, home.outbox, home.data_docs, home.cache):
        for inner, folders, _ in os.walk(place):
            found = left_behind(Path(inner))
            folders[:] = [name for name in folders if Path(inner, name) not in found]
            yield from _older(found, before)


def _put_aside(home: Home, before: datetime) -> Iterator[Path]:
    """Build files that a restore replaced; while the one of today is not published as it is, they are the way back."""
    if not is_copied(home):
        return iter(())
    first = (
        f"{home.build.name}.before-{before:%Y%m%dT%H%M%S}"  # their names say when: times of files change with each copy
    )
    return (path for path in sorted(home.build.parent.glob(f"{home.build.name}.before-*")) if path.name < first)


def _older(paths: Iterable[Path], before: datetime) -> Iterator[Path]:
    for path in sorted(paths):
        with suppress(FileNotFoundError):
            if path.lstat().st_mtime < before.timestamp():
                yield path


_KINDS: dict[str, Callable[[Home, datetime], Iterator[Path]]] = {
    "reminders": _reminders,
    "alerts": _alerts,
    "copies of receipts": _receipt_copies,
    "rebuilds left behind": _rebuilds,
    "unfinished files": _unfinished,
    "build files put aside": _put_aside,
}
