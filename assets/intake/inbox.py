"""The inbox: which files are complete, how one is fetched and, once it is committed, taken away; and how one is put in.

A local folder, or a prefix of an object store (``DANVAN_INBOX=s3://bucket/prefix``). Does not belong here: reading files.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import secrets
import shutil
import stat
import time
import unicodedata
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, BinaryIO, Protocol

if TYPE_CHECKING:
    from obstore import ObjectMeta
    from obstore.store import ObjectStore

INBOX_SETTING = "DANVAN_INBOX"
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
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_UNFINISHED = (".part", ".partial", ".tmp", ".crdownload")


class Digest:
    """A file that keeps nothing but the SHA-256 of what is written to it (see ``_copy_up_to``)."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self._size = 0

    def write(self, content: bytes) -> int:
        """Take the next bytes."""
        self._hash.update(content)
        self._size += len(content)
        return len(content)

    def sha256(self) -> str:
        """Return the hash in hex."""
        return self._hash.hexdigest()


class InboxError(Exception):
    """The inbox setting cannot be used; the message says what is expected."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """One complete file. ``name`` is its path in the inbox; ``mark`` names this very arrival: taken twice, same mark."""

    name: str
    size: int
    mark: str

    @property
    def file_name(self) -> str:
        """The last part of the name, composed (NFC) whatever the sender's system wrote.

        Bytes that are no text and characters that command a terminal become the replacement sign: names are shown and stored.
        """
        name = PurePosixPath(self.name).name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        return unicodedata.normalize("NFC", _CONTROL.sub("\ufffd", name))


class Sink(Protocol):
    """What bytes can be written to."""

    def write(self, content: bytes, /) -> int:
        """Take the next bytes."""


class Inbox(Protocol):
    """Where files arrive. An arrival that was replaced meanwhile is neither fetched nor taken away."""

    @property
    def look_again_seconds(self) -> float:
        """How often it may be listed by somebody who waits."""

    def complete(self, settle_seconds: float = 0.0) -> list[Arrival]:
        """Return the complete files, by name. Raises FileNotFoundError without an inbox."""

    def out_of_reach(self) -> list[str]:
        """Return the names of files and folders that cannot be read, or not taken away: never among the complete ones."""

    def fetch(self, arrival: Arrival, out: Sink) -> bool:
        """Copy the arrival's bytes; False when it is gone or no longer the file that was listed."""

    def take_away(self, arrival: Arrival, taken: Collection[str]) -> bool:
        """Remove exactly this arrival if its bytes are among those ``taken`` (SHA-256); tell whether it is gone."""

    def put(self, name: str, content: BinaryIO) -> None:
        """Let a file arrive, whole, under ``name`` - or beside it, when another file waits there."""


class NothingToTakeError(ValueError):
    """A path that should be taken has no complete file; the message says which names are left alone."""


def put_path(inbox: Inbox, path: Path) -> None:
    """Let the complete files of a file or folder arrive. What lies in the inbox already stays where it is.

    Raises FileNotFoundError, NothingToTakeError.
    """
    if isinstance(inbox, LocalInbox) and path.resolve().is_relative_to(inbox.root.resolve()):
        return
    if not path.exists():
        raise FileNotFoundError(f"there is no file or folder {path}")
    if isinstance(inbox, LocalInbox) and inbox.root.resolve().is_relative_to(path.resolve()):
        raise NothingToTakeError(f"{path} holds the inbox {inbox.root} itself; name the folder of the reports")
    if path.is_dir():
        files = {a.name: path / a.name for a in LocalInbox(path).complete()}
    else:
        files = {path.name: path} if _is_finished(path.name) and path.is_file() and not path.is_symlink() else {}
    if not files:
        left = f"links, hidden files, Office's lock files and names that end in {', '.join(_UNFINISHED)} are left alone"
        raise NothingToTakeError(f"nothing to take at {path}: {left}")
    for name, file in files.items():
        with file.open("rb") as content:
            inbox.put(name, content)


def reach_warning(inbox: Inbox) -> str | None:
    """Say which files cannot be taken and what to do, or None when there are none."""
    names = inbox.out_of_reach()
    shown = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
    return f"out of reach in the inbox: {shown}; let danvan read them and write in their folder" if names else None


def open_inbox(folder: Path) -> Inbox:
    """Return the inbox that DANVAN_INBOX names, or the local ``folder``. Raises InboxError for a setting of another kind.

    An object store is reached as its usual environment variables say: AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID and so on.
    """
    setting = os.environ.get(INBOX_SETTING, "")
    if "://" not in setting:
        return LocalInbox(Path(setting) if setting else folder)
    from obstore.exceptions import BaseError
    from obstore.store import from_url

    try:
        return ObjectInbox(from_url(setting))
    except (BaseError, ValueError) as e:
        reason = str(e).splitlines()[0]
        raise InboxError(f"{INBOX_SETTING}={setting}: {reason}; expected a folder or s3://bucket/prefix") from e


@dataclass(frozen=True, slots=True)
class LocalInbox:
    """A folder and its sub-folders. Symbolic links are never followed: a link is no submission and may point anywhere."""

    root: Path
    look_again_seconds: float = 0.25

    def complete(self, settle_seconds: float = 0.0) -> list[Arrival]:
        """Skip hidden and unfinished names, Office lock files, and files changed within the last ``settle_seconds``."""
        newest = time.time_ns() - int(settle_seconds * 1e9)
        return [
            Arrival(name, status.st_size, _mark(name, status))
            for name, status in self._files([])
            if not settle_seconds or status.st_mtime_ns <= newest
        ]

    def out_of_reach(self) -> list[str]:
        """One file without permission must stop neither the others nor go unnoticed."""
        found: list[str] = []
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
            for path in (Path(folder) / n for n in sorted(filter(_is_finished, [*names, *linked]))):
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
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        try:
            with os.fdopen(os.open(self.root / arrival.name, flags), "rb") as source:
                if not stat.S_ISREG(os.fstat(source.fileno()).st_mode):
                    return False
                _copy_up_to(arrival.size, source, out)
        except OSError as e:
            if e.errno in _EXCHANGED:
                return False
            raise
        return self._is_still(arrival, arrival.name)

    def take_away(self, arrival: Arrival, taken: Collection[str]) -> bool:
        """Move the file aside, and only then delete it: a newer file of that name cannot be caught in between.

        Name, size and times may be those of an earlier file, so what lies aside is hashed: other bytes get their name back.
        """
        if not self._is_still(arrival, arrival.name):
            return False
        place = self.root / arrival.name
        aside = place.with_name(_beside(place.name))  # visible: after a crash here it is found again
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
        place = self.root / name
        place.parent.mkdir(parents=True, exist_ok=True)
        part = place.with_name(f".{secrets.token_hex(8)}.part")
        try:
            with part.open("xb") as out:
                shutil.copyfileobj(content, out, 1 << 20)
            try:
                place.hardlink_to(part)  # unlike a rename, never over a file that waits there
            except FileExistsError:
                place.with_name(_beside(place.name)).hardlink_to(part)
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


@dataclass(frozen=True, slots=True)
class ObjectInbox:
    """A prefix of an object store, where an object appears whole or not at all."""

    store: ObjectStore
    look_again_seconds: float = 60.0  # listings are billed: once a tick

    def complete(self, settle_seconds: float = 0.0) -> list[Arrival]:  # noqa: ARG002 - an object is complete when it is there
        """List every object of the prefix that has a finished name."""
        import obstore

        with _named_errors():
            objects = [meta for page in obstore.list(self.store) for meta in page]
        found = [
            Arrival(m["path"], m["size"], _object_mark(m))
            for m in objects
            if _is_finished(PurePosixPath(m["path"]).name)
        ]
        return sorted(found, key=lambda a: a.name)

    def out_of_reach(self) -> list[str]:
        """Nothing: a store that may be listed but not read is a setting to mend, and raises."""
        return []

    def fetch(self, arrival: Arrival, out: Sink) -> bool:
        """Copy the object, if it still is the one that was listed."""
        import obstore

        try:
            result = obstore.get(self.store, arrival.name)
        except FileNotFoundError:
            return False
        if _object_mark(result.meta) != arrival.mark:
            return False
        for chunk in result.stream():
            out.write(chunk)
        return True

    def take_away(self, arrival: Arrival, taken: Collection[str]) -> bool:  # noqa: ARG002 - the mark holds the ETag
        """Delete the object, if it still is the one that was listed. Object stores cannot do both in one step."""
        import obstore

        try:
            meta = obstore.head(self.store, arrival.name)
        except FileNotFoundError:
            return False
        if is_same := _object_mark(meta) == arrival.mark:
            obstore.delete(self.store, arrival.name)
        return is_same

    def put(self, name: str, content: BinaryIO) -> None:
        """Upload; the store itself refuses a name that is taken."""
        import obstore
        from obstore.exceptions import AlreadyExistsError

        body = content.read()
        with _named_errors():
            try:
                obstore.put(self.store, name, body, mode="create")
            except AlreadyExistsError:
                folder, _, last = name.rpartition("/")
                obstore.put(self.store, f"{folder}/{_beside(last)}".lstrip("/"), body, mode="create")


@contextmanager
def _named_errors() -> Iterator[None]:
    from obstore.exceptions import BaseError

    try:
        yield
    except (BaseError, FileNotFoundError) as e:  # a missing bucket is the latter
        reason = str(e).splitlines()[0]
        raise InboxError(f"{INBOX_SETTING}: {reason}; check the bucket, its address and the credentials") from e


def _copy_up_to(size: int, source: BinaryIO, out: Sink) -> None:
    """Copy ``size`` bytes, or all when there are fewer; never more than ``_HASHED``."""
    left = min(size, _HASHED)
    while left and (part := source.read(min(left, 1 << 20))):
        out.write(part)
        left -= len(part)


def _is_finished(name: str) -> bool:
    return not name.startswith((".", "~$")) and not name.lower().endswith(_UNFINISHED)


def _beside(name: str) -> str:
    """Another name with the same ending, no longer than a file system allows (255 bytes)."""
    kept = os.fsencode(name)[-200:]
    return f"{secrets.token_hex(4)}-{os.fsdecode(kept)}"


def _mark(name: str, status: os.stat_result) -> str:
    return _digest(name, status.st_size, status.st_mtime_ns, status.st_ino)


def _object_mark(meta: ObjectMeta) -> str:
    return _digest(meta["path"], meta["size"], meta["e_tag"], meta["last_modified"])


def _digest(*identity: object) -> str:
    text = "\0".join(map(str, identity))
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:32]
