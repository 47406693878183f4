"""The archive: every file ever taken, by content hash, never rewritten; and beside it how it came, where that is asked.

Does not belong here: what notes look like (notes), what the ledger says of a file.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from assets.intake.guard import MAX_FILE
from assets.intake.inbox import Arrival, Digest, Inbox
from assets.intake.notes import NO_NOTES, Came, Notes, came_note, read_notes
from warehouse import clock
from warehouse.damage import ArchiveDamagedError
from warehouse.files import sha256_of
from warehouse.senders import Senders, declared_senders

#: up to this many files are flushed one by one
FEW = 16
_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True, slots=True)
class ArrivedFile:
    """A file safe in the archive. ``submission_id`` is the first 16 hex digits of its SHA-256.

    One above the size cap is not kept, since it cannot be a report: ``is_kept`` is False and nothing stands at ``path``.
    ``notes``: what the archive has noted beside it.
    """

    submission_id: str
    sha256: str
    file_name: str
    path: Path
    byte_size: int
    arrival_mark: str
    is_kept: bool = True
    notes: Notes = NO_NOTES


def archive_files(
    inbox: Inbox, arrivals: Sequence[Arrival], archive: Path, asked: Senders | None = None
) -> list[ArrivedFile]:
    """Copy the arrivals into the archive, with notes of how they came, and make all durable together; they stay in the inbox.

    A source that changes while it is copied is not complete: it is left out and found again by the next sweep.
    ``asked``: what is asked of senders; as declared when None.
    """
    archive.mkdir(parents=True, exist_ok=True)
    with _shared(archive):
        temporaries: dict[Path, Path] = {}
        arrived = [(a, f) for a in arrivals if (f := _arrived(inbox, a, archive, temporaries))]
        temporaries = _noted(arrived, archive, temporaries, asked or declared_senders()) | temporaries  # notes first
        if temporaries:
            _flush(list(temporaries.values()), archive)  # then names may appear
            for target, temporary in temporaries.items():
                temporary.replace(target)
            _flush([*{t.parent for t in temporaries}, archive], archive)
    return _with_notes([f for _, f in arrived], archive, lenient=True)  # a damaged note stops no sweep


@contextmanager
def _shared(archive: Path) -> Iterator[None]:
    """Let others archive too while the body does; whoever finds himself alone takes away what killed ones left."""
    fd = os.open(archive, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        with suppress(BlockingIOError):
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            for left in archive.glob(".*.new"):
                left.unlink(missing_ok=True)
        fcntl.flock(fd, fcntl.LOCK_SH)
        yield
    finally:
        os.close(fd)


def archived_file(archive: Path, sha256: str, file_name: str) -> ArrivedFile:
    """Return the archived file of a hash, for reading it again. Raises ArchiveDamagedError unless it is what came."""
    return archived_files(archive, [(sha256, file_name, 0)])[0]


def archived_files(archive: Path, known: Sequence[tuple[str, str, int]]) -> list[ArrivedFile]:
    """Return the archived files of (hash, name, size), each hashed again. Raises ArchiveDamagedError with the names of all that are
    missing or changed: a broken copy of ours is no reason to judge its sender anew.
    """
    files, found = [], []
    for sha256, file_name, size in known:
        path = archive_path(archive, sha256)
        if size > MAX_FILE and not path.exists():
            files.append(ArrivedFile(sha256[:16], sha256, file_name, path, size, f"replay-{sha256}", is_kept=False))
        elif what := damage_of(path, sha256):
            found.append(f"{file_name} ({path}) is {what}")
        else:
            files.append(
                ArrivedFile(sha256[:16], sha256, file_name, path, size or path.stat().st_size, f"replay-{sha256}")
            )
    if found:
        raise ArchiveDamagedError.of(found)
    return _with_notes(files, archive)


def damage_of(path: Path, sha256: str) -> str | None:
    """Say what is wrong with the file of a hash, or None: it is missing, cannot be read, or is changed."""
    try:
        return None if sha256_of(path) == sha256 else "changed"
    except FileNotFoundError:
        return "missing"
    except OSError as e:
        return f"unreadable ({e.strerror})"


def archived_hashes(archive: Path) -> list[str]:
    """Return the SHA-256 under which each file of the archive stands, in order."""
    return sorted(p.name for p in archive.glob("[0-9a-f][0-9a-f]/*") if _is_sha256(p.name))


def loose_file(path: Path) -> ArrivedFile:
    """Return a file that lies anywhere and stays there, as if it had arrived: for judging without taking it."""
    sha256 = sha256_of(path)
    name = Arrival(path.name, 0, "").file_name
    return ArrivedFile(sha256[:16], sha256, name, path, path.stat().st_size, f"loose-{sha256}")


def archive_path(archive: Path, sha256: str) -> Path:
    """Return the place of a hash. Raises ValueError for what is no SHA-256."""
    if not _is_sha256(sha256):
        raise ValueError(f"not a SHA-256: {sha256!r}")
    return archive / sha256[:2] / sha256


def _is_sha256(text: str) -> bool:
    return len(text) == 64 and set(text) <= set("0123456789abcdef")


def sync_filesystem(folder: Path) -> None:
    """Flush the file system that holds ``folder``: names and contents."""
    fd = os.open(folder, os.O_RDONLY)
    try:
        if not hasattr(_libc, "syncfs"):
            os.sync()
        elif _libc.syncfs(fd) != 0:
            code = ctypes.get_errno()
            raise OSError(code, os.strerror(code), str(folder))
    finally:
        os.close(fd)


def _flush(paths: Sequence[Path], archive: Path) -> None:
    """Make files or folders durable: each by itself when they are few, the whole file system at once when they are many."""
    if len(paths) > FEW:
        sync_filesystem(archive)
        return
    for path in paths:
        fd = os.open(path, os.O_RDONLY)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)


def _arrived(inbox: Inbox, arrival: Arrival, archive: Path, temporaries: dict[Path, Path]) -> ArrivedFile | None:
    """Copy an arrival, or only hash it when it is too large to be a report; None when it is not complete."""
    if arrival.size <= MAX_FILE:
        return _copy(inbox, arrival, archive, temporaries)
    digest = Digest()
    if not inbox.fetch(arrival, digest):
        return None
    sha256 = digest.sha256()
    path = archive_path(archive, sha256)
    return ArrivedFile(sha256[:16], sha256, arrival.file_name, path, arrival.size, arrival.mark, is_kept=False)


def _noted(
    arrived: Sequence[tuple[Arrival, ArrivedFile]], archive: Path, temporaries: dict[Path, Path], asked: Senders
) -> dict[Path, Path]:
    """Write notes, under temporary names, of the arrivals that need one; return those by the places that they go to.

    An original that lies here without a note came when nothing was asked, and is in order for good; one that has notes gets
    another for each new way that it comes.
    """
    known = read_notes(archive, [f.sha256 for _, f in arrived if f.is_kept], lenient=True)
    at = clock.now()
    out: dict[Path, Path] = {}
    for arrival, file in arrived:
        came = _how_it_came(arrival, asked, at)
        before = known.get(file.sha256, NO_NOTES).came
        is_new = file.path in temporaries and not file.path.exists()
        if before or (is_new and asked.asks):
            place, content = came_note(file.path, came)
            if place not in out and not any(came.is_like(b) for b in before):
                out[place] = temporary = archive / f".{secrets.token_hex(8)}.new"
                temporary.write_bytes(content)
                temporary.chmod(0o440)
    return out


def _how_it_came(arrival: Arrival, asked: Senders, at: datetime) -> Came:
    folder = None if asked.inbox_folders == "shared" else arrival.folder
    return Came(at, asked.inbox_folders, folder)


def _with_notes(files: Sequence[ArrivedFile], archive: Path, *, lenient: bool = False) -> list[ArrivedFile]:
    """Return the files with the notes that stand beside them. Raises ArchiveDamagedError unless ``lenient``."""
    notes = read_notes(archive, [f.sha256 for f in files if f.is_kept], lenient=lenient)
    return [replace(f, notes=notes.get(f.sha256, NO_NOTES)) for f in files]


def _copy(inbox: Inbox, arrival: Arrival, archive: Path, temporaries: dict[Path, Path]) -> ArrivedFile | None:
    temporary = archive / f".{secrets.token_hex(8)}.new"
    try:
        with temporary.open("xb") as out:
            is_whole = inbox.fetch(arrival, out)
        if not is_whole:
            temporary.unlink()
            return None
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sha256 = sha256_of(temporary)  # what is hashed is what is kept
    target = archive_path(archive, sha256)
    if target in temporaries or damage_of(target, sha256) is None:  # what stands there damaged is healed
        temporary.unlink()
    else:
        target.parent.mkdir(mode=0o750, exist_ok=True)
        temporary.chmod(0o440)
        temporaries[target] = temporary
    return ArrivedFile(sha256[:16], sha256, arrival.file_name, target, arrival.size, arrival.mark)
