"""The inbox: which files are complete and may be taken.

Does not belong here: reading or keeping them.
"""

from __future__ import annotations

import hashlib
import os
import stat
import time
import unicodedata
from dataclasses import dataclass
from pathlib import Path

_UNFINISHED = (".part", ".partial", ".tmp", ".crdownload")


@dataclass(frozen=True, slots=True)
class Arrival:
    """One complete file. ``mark`` names this very arrival: the same file taken twice has the same mark."""

    path: Path
    file_name: str
    size: int
    mtime_ns: int
    inode: int
    mark: str


def list_complete(inbox: Path, settle_seconds: float = 0.0) -> list[Arrival]:
    """Return the complete files of ``inbox`` and its folders, by name.

    Skipped: hidden and unfinished names, Office lock files, and files changed within the last ``settle_seconds``. Symbolic
    links are never followed: a link is no submission and may point anywhere. Raises FileNotFoundError without an inbox.
    """
    if not inbox.is_dir():
        raise FileNotFoundError(f"there is no inbox at {inbox}; run: danvan init")
    newest = time.time_ns() - int(settle_seconds * 1e9)
    found = []
    for folder, subfolders, names in os.walk(inbox, followlinks=False):
        subfolders[:] = sorted(s for s in subfolders if not s.startswith("."))
        for name in sorted(names):
            arrival = _arrival(Path(folder) / name, inbox)
            if arrival and (not settle_seconds or arrival.mtime_ns <= newest):
                found.append(arrival)
    return found


def _arrival(path: Path, inbox: Path) -> Arrival | None:
    if path.name.startswith((".", "~$")) or path.name.lower().endswith(_UNFINISHED):
        return None
    try:
        status = path.lstat()
    except FileNotFoundError:  # moved away since the listing
        return None
    if not stat.S_ISREG(status.st_mode):
        return None
    relative = path.relative_to(inbox).as_posix()
    identity = f"{relative}\0{status.st_size}\0{status.st_mtime_ns}\0{status.st_ino}"
    return Arrival(
        path=path,
        file_name=unicodedata.normalize("NFC", path.name),
        size=status.st_size,
        mtime_ns=status.st_mtime_ns,
        inode=status.st_ino,
        mark=hashlib.sha256(identity.encode("utf-8", "surrogateescape")).hexdigest()[:32],
    )
