"""A full disk: whether an error comes of it, which folder's disk it is, and how much room there is.

Does not belong here: trying again (assets.graph.retry), or mending.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from warehouse.home import Home

CODE = "HOME-DISK-FULL"
_FULL = (errno.ENOSPC, errno.EDQUOT)
#: what DuckDB and SQLite say of it; what the operating system said stands only in their texts
_SIGNS = (*(os.strerror(code) for code in _FULL), "database or disk is full")
#: how DuckDB names the file
_NAMED = re.compile(r'"(/[^"\n]+)"')


@dataclass(frozen=True, slots=True)
class Disk:
    """A disk that danvan writes to: one of its folders there, bytes free to danvan, bytes in all."""

    folder: Path
    free: int
    total: int


def disks(home: Home) -> list[Disk]:
    """Return each disk that danvan writes to once, by its folder: those of the home, then that of temporary files."""
    out: dict[int, Disk] = {}
    for folder in sorted(_written_to(home), key=lambda f: (not f.is_relative_to(home.root), f)):
        room = shutil.disk_usage(folder)
        out.setdefault(folder.stat().st_dev, Disk(folder, room.free, room.total))
    return list(out.values())


def full_disk(error: BaseException, home: Home) -> str | None:
    """Say which folder's disk is full and how much is free on it, when ``error`` or what it comes of is that; else None.

    Where no file is named it is the disk with the least room of those that danvan writes to.
    """
    found = [e for e in _chain(error) if _is_full(e)]
    if not found:
        return None
    named = next((path for e in found if (path := _path_of(e))), None)
    folder = _existing(named) if named else min(_written_to(home), key=lambda p: shutil.disk_usage(p).free)
    room = shutil.disk_usage(folder)
    writing = f", writing {named}" if named else ""
    return (
        f"{CODE}: ổ đĩa đầy - the disk of {folder} is full ({size_text(room.free)} free of {size_text(room.total)}){writing}. "
        "What was not committed is as before, and files stay in the inbox; make room, then run: danvan ingest"
    )


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    known: list[BaseException] = []  # a cause may come of what it caused
    while error is not None and error not in known:
        known.append(error)
        yield error
        error = error.__cause__ or error.__context__


def _is_full(error: BaseException) -> bool:
    if isinstance(error, OSError) and error.errno is not None:
        return error.errno in _FULL
    return any(sign in str(error) for sign in _SIGNS)


def _path_of(error: BaseException) -> Path | None:
    if isinstance(error, OSError) and error.filename:
        return Path(os.fsdecode(error.filename))
    named = _NAMED.search(str(error))
    return Path(named[1]) if named else None


def _existing(path: Path) -> Path:
    return next(p for p in (*path.parents, Path.cwd()) if p.is_dir())


def _written_to(home: Home) -> list[Path]:
    return [p for p in (*home.places, home.root, Path(tempfile.gettempdir())) if p.is_dir()]


def size_text(count: int) -> str:
    """Return a number of bytes as people read it."""
    return f"{count / (1 << 20):,.1f} MB"
