"""The folder of a home's backups: every file once, by its content hash, and a manifest for each backup of what it is made of.

``files/ab/<SHA-256>`` and ``manifests/<made at>-release-<number>-<beginning of its own SHA-256>.json``. Files are only added; a
manifest is written when all that it names is there, so that whatever is killed, the backups before it are as they were.
Does not belong here: which files of a home there are (make), where they go back to (put_back).
"""

from __future__ import annotations

import errno
import fcntl
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import ClassVar

from assets.progress import report
from warehouse.files import copy_hashed, settle, sha256_hex, sha256_of, write_file
from warehouse.home import Home

_FORMAT = 1
_FOLDER = 0o750
_STAMP = "%Y%m%dT%H%M%S.%fZ"
_NAME = re.compile(r"(\d{8}T\d{6}\.\d{6}Z)-release-(\d{6,})-([0-9a-f]{16})\.json")
#: the place of the build file, which each backup has
BUILD = "build/danvan.duckdb"
_SHA256 = re.compile(r"[0-9a-f]{64}")
#: what a backup may hold, by its place in the home: nothing else is ever written by what a manifest says
_PLACES = re.compile(
    r"archive/[0-9a-f]{2}/[^/.][^/]*|published/reports/[^/.][^/]*|build/danvan\.duckdb"
    r"|senders\.yaml|danvan\.toml|dagster/dagster\.yaml"
)


def operators_files(home: Home) -> tuple[Path, ...]:
    """Return the places of what the operator wrote, which there is no second copy of."""
    return (home.senders, home.settings, home.dagster / "dagster.yaml")


class BackupError(Exception):
    """A backup cannot be made or used; the message begins with a stable code and says how to go on."""

    code: ClassVar[str]

    def __init__(self, text: str) -> None:
        super().__init__(f"{self.code}: {text}")


class PlaceError(BackupError):
    """The folder is no place for backups."""

    code = "BACKUP-PLACE"


class BackupBusyError(BackupError):
    """Another process makes a backup into this folder."""

    code = "BACKUP-BUSY"


class NoBackupError(BackupError):
    """There is no backup in the folder, or none of the release."""

    code = "BACKUP-MISSING"


class BackupDamagedError(BackupError):
    """Files of a backup are missing, or not the bytes that were written."""

    code = "BACKUP-DAMAGED"


@dataclass(frozen=True, slots=True)
class Kept:
    """A file as it was backed up: the SHA-256 and the number of its bytes, when it was written (ns since 1970)."""

    sha256: str
    size: int
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class Backup:
    """One backup: the release and the last batch of its build file, when it was made (UTC), its files by their place in the home.

    ``left_out``: what was damaged in the home already, and in no backup before.
    """

    release_no: int
    batch_id: str
    made_at: datetime
    files: Mapping[str, Kept]
    left_out: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """How many bytes its files have."""
        return sum(kept.size for kept in self.files.values())


@dataclass(frozen=True, slots=True)
class Listed:
    """A manifest as its name tells it."""

    path: Path
    made_at: datetime
    release_no: int
    seal: str


@dataclass(frozen=True, slots=True)
class Store:
    """A folder of backups."""

    root: Path

    @property
    def manifests(self) -> Path:
        """Where the manifests lie."""
        return self.root / "manifests"

    @property
    def temporary(self) -> Path:
        """Where a file is copied to before it has its name."""
        return self.root / ".copying"

    @contextmanager
    def held(self) -> Iterator[None]:
        """Be the only one who adds to the folder. Raises BackupBusyError at once."""
        fd = os.open(self.root / "backup.lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o640)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(fd)
            raise BackupBusyError(f"another process makes a backup into {self.root}; wait for it") from None
        try:
            yield
        finally:
            self.temporary.unlink(missing_ok=True)
            os.close(fd)

    def place(self, sha256: str) -> Path:
        """Return where the content of a hash lies."""
        return self.root / "files" / sha256[:2] / sha256

    def has(self, sha256: str, size: int) -> bool:
        """Tell whether a content is there, by its name and length; its bytes are hashed when it is restored."""
        try:
            return self.place(sha256).stat().st_size == size
        except FileNotFoundError:
            return False

    def copy(self, source: Path) -> Kept:
        """Copy a file to ``temporary``; it belongs to the store once it is ``settled``."""
        mtime_ns = source.stat().st_mtime_ns
        sha256 = copy_hashed(source, self.temporary)
        return Kept(sha256, self.temporary.stat().st_size, mtime_ns)

    def settled(self, kept: Kept) -> bool:
        """Give what was copied its name, durably; False when its content was there already. What was written is read again."""
        if self.has(kept.sha256, kept.size):
            self.temporary.unlink()
            return False
        if sha256_of(self.temporary) != kept.sha256:
            raise OSError(errno.EIO, "it reads otherwise than it was written", str(self.temporary))
        target = self.place(kept.sha256)
        target.parent.mkdir(mode=_FOLDER, parents=True, exist_ok=True)
        settle(self.temporary, target)
        return True

    def listed(self) -> list[Listed]:
        """Return the manifests by the time of their backup."""
        names = [(p, m) for p in sorted(self.manifests.glob("[!.]*.json")) if (m := _NAME.fullmatch(p.name))]
        return [Listed(p, datetime.strptime(m[1], _STAMP), int(m[2]), m[3]) for p, m in names]

    def chosen(self, release_no: int | None = None) -> Listed:
        """Return the newest backup, or the newest of a release. Raises NoBackupError, which lists what there is."""
        listed = self.listed()
        if not listed:
            raise NoBackupError(f"there is no backup in {self.root}; danvan backup makes one")
        found = [b for b in listed if release_no in (None, b.release_no)]
        if not found:
            newest = {b.release_no: b for b in listed}
            there = ", ".join(f"{n} ({b.made_at:%Y-%m-%d %H:%M} UTC)" for n, b in sorted(newest.items()))
            raise NoBackupError(f"{self.root} has no backup of release {release_no}; choose one of: {there}")
        return found[-1]

    def read(self, listed: Listed) -> Backup:
        """Return what a manifest says. Raises BackupDamagedError unless it is as it was written, and names no other places."""
        import orjson

        content = listed.path.read_bytes()
        if sha256_hex(content)[:16] != listed.seal:
            raise BackupDamagedError(_manifest_damage(listed, "changed"))
        raw = orjson.loads(content)
        if raw["format"] != _FORMAT:
            raise PlaceError(
                f"{listed.path} is of format {raw['format']}, known is {_FORMAT}; use the danvan that made it"
            )
        files = {name: Kept(*kept) for name, kept in raw["files"].items()}
        if odd := [n for n, k in files.items() if not _PLACES.fullmatch(n) or not _SHA256.fullmatch(k.sha256)]:
            raise BackupDamagedError(_manifest_damage(listed, f"not one of ours: it names {odd[0]!r}"))
        if BUILD not in files:
            raise BackupDamagedError(_manifest_damage(listed, f"not one of ours: it names no {BUILD}"))
        return Backup(raw["release_no"], raw["batch_id"], listed.made_at, files, tuple(raw["left_out"]))

    def write(self, backup: Backup) -> Path:
        """Write the manifest of a backup whose files are all there; return its place."""
        import orjson

        files = {name: [k.sha256, k.size, k.mtime_ns] for name, k in sorted(backup.files.items())}
        told = {"format": _FORMAT, "release_no": backup.release_no, "batch_id": backup.batch_id,
                "left_out": backup.left_out, "files": files}  # fmt: skip
        content = orjson.dumps(told)
        name = f"{backup.made_at:{_STAMP}}-release-{backup.release_no:06d}-{sha256_hex(content)[:16]}.json"
        write_file(self.manifests / name, content)
        return self.manifests / name

    def damaged(self, backup: Backup) -> dict[str, str]:
        """Hash every file of a backup; return what is wrong with those that differ, by their place in the home."""
        found = {}
        for n, (name, kept) in enumerate(backup.files.items(), start=1):
            report("verify backup", n, len(backup.files))
            place = self.place(kept.sha256)
            try:
                if sha256_of(place) != kept.sha256:
                    found[name] = f"{place} is changed"
            except OSError as e:
                found[name] = f"{place}: {e.strerror}"
        return found


def _manifest_damage(listed: Listed, what: str) -> str:
    return f"{listed.path} is {what}; nothing was restored. Put it aside to have the backup before it taken, or name one: --release"


def store_for(home: Home, folder: Path) -> Store:
    """Return the store of ``folder``, made where there is none yet. Raises PlaceError for one in a home, or with other things."""
    root = folder.expanduser().resolve()
    for place in (root, *root.parents):
        if place == home.root or _is_home(place):
            raise PlaceError(f"{root} lies in the home {place}; a backup belongs on another disk")
    store = Store(root)
    if root.is_dir() and not store.manifests.is_dir() and any(p.name != "lost+found" for p in root.iterdir()):
        raise PlaceError(f"{root} holds other things; give backups a folder of their own: {root / 'danvan'}")
    for made in (root, store.manifests, root / "files"):  # not the parents of it: a disk may not be mounted
        made.mkdir(mode=_FOLDER, exist_ok=True)
    return store


def _is_home(place: Path) -> bool:
    home = Home(place)
    return all(p.is_dir() for p in (home.archive, home.build.parent, home.published))
