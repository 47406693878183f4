"""An inbox that is a folder and its sub-folders.

Does not belong here: object stores (objects).
"""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import stat
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from assets.intake.inbox.arrival import (
    INBOX_SETTING,
    Arrival,
    Digest,
    Sink,
    beside,
    is_finished,
    mark_of,
    named_as_shown,
)

#: how an open ends on what was moved away, or exchanged for a link, a socket or a pipe
_EXCHANGED = (errno.ENOENT, errno.ELOOP, errno.ENXIO)
_WHAT = {
    stat.S_IFLNK: "a link",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFBLK: "a device",
    stat.S_IFCHR: "a device",
}
#: bytes of a file that its hash is made of; what is larger is never kept, and a sparse file is endless at no cost
_HASHED = 4 << 30


@dataclass(frozen=True, slots=True)
class LocalInbox:
    """A folder and its sub-folders. Symbolic links are never followed: a link is no submission and may point anywhere."""

    root: Path
    look_again_seconds: float = 0.25

    def complete(self, settle_seconds: float = 0.0) -> list[Arrival]:
        """Skip hidden and unfinished names, Office lock files, and files changed within the last ``settle_seconds``."""
        newest = time.time_ns() - int(settle_seconds * 1e9)
        with named_as_shown(self.root):
            in_order = sorted(self._files([]), key=lambda found: (found[1].st_mtime_ns, found[0]))
            return [
                Arrival(name, status.st_size, _mark(name, status), at=max(status.st_mtime, status.st_ctime))
                for name, status in in_order
                if not settle_seconds or status.st_mtime_ns <= newest
            ]

    def out_of_reach(self) -> list[str]:
        """One file without permission must stop neither the others nor go unnoticed."""
        found: list[str] = []
        with named_as_shown(self.root):
            for _ in self._files(found):
                pass
        return sorted(found)

    def _files(self, out_of_reach: list[str]) -> Iterator[tuple[str, os.stat_result]]:
        """Yield the finished regular files by name; what may not be read or removed is added to ``out_of_reach``."""
        self._require()

        def closed(error: OSError) -> None:
            out_of_reach.append(Path(error.filename).relative_to(self.root).as_posix())

        for folder, subfolders, names in os.walk(self.root, followlinks=False, onerror=closed):
            subfolders[:] = sorted(s for s in subfolders if not s.startswith("."))
            is_ours = os.access(folder, os.W_OK | os.X_OK)
            linked = [
                s for s in subfolders if (Path(folder) / s).is_symlink()
            ]  # told, like links to files; never entered
            for path in (Path(folder) / n for n in sorted(filter(is_finished, [*names, *linked]))):
                name = path.relative_to(self.root).as_posix()
                if (status := self._status(name)) is None:
                    continue
                if not stat.S_ISREG(status.st_mode):
                    out_of_reach.append(f"{name} ({_WHAT.get(stat.S_IFMT(status.st_mode), 'no file')})")
                elif is_ours and os.access(path, os.R_OK):
                    yield name, status
                else:
                    out_of_reach.append(name)

    def fetch(self, arrival: Arrival, out: Sink) -> bool:
        """Copy, then look again: a file that changed while it was copied is not complete.

        Never waits: what was exchanged for a pipe or a link since the listing is not opened as a file.
        """
        with named_as_shown(self.root):
            return self._copied(arrival, out) and self._is_still(arrival, arrival.name)

    def _copied(self, arrival: Arrival, out: Sink) -> bool:
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        try:
            with os.fdopen(os.open(self.root / arrival.name, flags), "rb") as source:
                if not stat.S_ISREG(os.fstat(source.fileno()).st_mode):
                    return False
                _copy_up_to(arrival.size, source, out)
                return True
        except OSError as e:
            if e.errno in _EXCHANGED:
                return False
            raise

    def take_away(self, arrival: Arrival, taken: Collection[str]) -> bool:
        """Move the file aside, and only then delete it: a newer file of that name cannot be caught in between.

        Name, size and times may be those of an earlier file, so what lies aside is hashed: other bytes get their name back.
        """
        with named_as_shown(self.root):
            return self._taken_away(arrival, taken)

    def _taken_away(self, arrival: Arrival, taken: Collection[str]) -> bool:
        if not self._is_still(arrival, arrival.name):
            return False
        place = self.root / arrival.name
        aside = place.with_name(beside(place.name))  # visible: after a crash here it is found again
        try:
            place.rename(aside)
        except FileNotFoundError:
            return False
        moved = replace(arrival, name=aside.relative_to(self.root).as_posix())
        digest = Digest()
        if self._is_still(arrival, moved.name) and self._hash(moved, digest) and digest.sha256() in taken:
            aside.unlink()
            return True
        if not place.exists():  # give it its name back, unless a still newer one has it
            aside.rename(place)
        return False

    def _hash(self, moved: Arrival, digest: Digest) -> bool:
        with (self.root / moved.name).open("rb") as content:
            _copy_up_to(moved.size, content, digest)
        return True

    def put(self, name: str, content: BinaryIO) -> None:
        """Copy under a hidden name, then give it the first free one."""
        self._require()
        with named_as_shown(self.root):
            self._put(self.root / name, content)

    def _put(self, place: Path, content: BinaryIO) -> None:
        place.parent.mkdir(parents=True, exist_ok=True)
        part = place.with_name(f".{secrets.token_hex(8)}.part")
        try:
            with part.open("xb") as out:
                shutil.copyfileobj(content, out, 1 << 20)
            try:
                place.hardlink_to(part)  # unlike a rename, never over a file that waits there
            except FileExistsError:
                place.with_name(beside(place.name)).hardlink_to(part)
        finally:
            part.unlink(missing_ok=True)

    def _require(self) -> None:
        if not self.root.is_dir():
            raise FileNotFoundError(f"there is no inbox at {self.root}; run: danvan init, or mend {INBOX_SETTING}")

    def _status(self, name: str) -> os.stat_result | None:
        try:
            return (self.root / name).lstat()
        except FileNotFoundError:  # moved away since the listing
            return None

    def _is_still(self, arrival: Arrival, place: str) -> bool:
        status = self._status(place)
        return status is not None and stat.S_ISREG(status.st_mode) and _mark(arrival.name, status) == arrival.mark


def _copy_up_to(size: int, source: BinaryIO, out: Sink) -> None:
    """Copy ``size`` bytes, or all when there are fewer; never more than ``_HASHED``."""
    left = min(size, _HASHED)
    while left and (part := source.read(min(left, 1 << 20))):
        out.write(part)
        left -= len(part)


def _mark(name: str, status: os.stat_result) -> str:
    return mark_of(name, status.st_size, status.st_mtime_ns, status.st_ino)
