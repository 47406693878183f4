"""How files get into the archive: copied, noted where it is asked how they came, and made durable together.

Does not belong here: finding them there again (archive), the inbox itself (inbox).
"""

from __future__ import annotations

import ctypes
import fcntl
import io
import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from assets.intake.archive import ArrivedFile, archive_path, damage_of, with_notes
from assets.intake.guard import MAX_FILE
from assets.intake.inbox import Arrival, Digest, Inbox
from assets.intake.notes import NO_NOTES, Came, note, read_notes, signature_note
from warehouse import clock
from warehouse.files import sha256_hex, sha256_of
from warehouse.senders import Senders, declared_senders

#: up to this many files are flushed one by one
FEW = 16
_libc = ctypes.CDLL(None, use_errno=True)


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
        arrived = [f for a in arrivals if (f := _arrived(inbox, a, archive, temporaries))]
        temporaries = _noted(arrived, archive, temporaries, asked or declared_senders()) | temporaries  # notes first
        if temporaries:
            _flush(list(temporaries.values()), archive)  # then names may appear
            for target, temporary in temporaries.items():
                temporary.replace(target)
            _flush([*{t.parent for t in temporaries}, archive], archive)
    return with_notes([f.file for f in arrived], archive, lenient=True)  # a damaged note stops no sweep


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


@dataclass(frozen=True, slots=True)
class _Arrived:
    """A file that is copied, whose it is by its folder, and the bytes of its signature."""

    file: ArrivedFile
    folder: str | None
    signature: bytes | None


def _arrived(inbox: Inbox, arrival: Arrival, archive: Path, temporaries: dict[Path, Path]) -> _Arrived | None:
    """Copy an arrival, or only hash it when it is too large to be a report; None when it, or its signature, is not complete."""
    signature = None
    if arrival.signature:
        out = io.BytesIO()
        if not inbox.fetch(arrival.signature, out):
            return None
        signature = out.getvalue()
    file = _copy(inbox, arrival, archive, temporaries) if arrival.size <= MAX_FILE else _hashed(inbox, arrival, archive)
    if file and arrival.signature:
        file = replace(file, signature_mark=arrival.signature.mark)
    return _Arrived(file, arrival.folder, signature) if file else None


def _hashed(inbox: Inbox, arrival: Arrival, archive: Path) -> ArrivedFile | None:
    digest = Digest()
    if not inbox.fetch(arrival, digest):
        return None
    sha256 = digest.sha256()
    path = archive_path(archive, sha256)
    return ArrivedFile(sha256[:16], sha256, arrival.file_name, path, arrival.size, arrival.mark, is_kept=False)


def _noted(
    arrived: Sequence[_Arrived], archive: Path, temporaries: dict[Path, Path], asked: Senders
) -> dict[Path, Path]:
    """Write notes, under temporary names, of the arrivals that need one; return those by the places that they go to.

    An original that lies here without a note came when nothing was asked, and is in order for good; one that has notes gets
    another for each new way that it comes. A signature is kept whatever is asked.
    """
    kept = [a for a in arrived if a.file.is_kept]
    known = read_notes(archive, [a.file.sha256 for a in kept], lenient=True)
    at = clock.now()
    notes: dict[Path, bytes] = {}
    for a in kept:
        before = known.get(a.file.sha256, NO_NOTES)
        if a.signature is not None and sha256_hex(a.signature) not in before.signatures:
            notes.update([signature_note(a.file.path, a.signature)])
        is_new = a.file.path in temporaries and not a.file.path.exists()
        came = _how_it_came(a, asked, at)
        if (before.came or (is_new and asked.asks)) and not any(came.is_like(b) for b in before.came):
            notes.update([note(a.file.path, came)])
    return {place: _temporary(archive, content) for place, content in notes.items()}


def _temporary(archive: Path, content: bytes) -> Path:
    temporary = archive / f".{secrets.token_hex(8)}.new"
    temporary.write_bytes(content)
    temporary.chmod(0o440)
    return temporary


def _how_it_came(arrived: _Arrived, asked: Senders, at: datetime) -> Came:
    folder = None if asked.inbox_folders == "shared" else arrived.folder
    signature = None if arrived.signature is None else sha256_hex(arrived.signature)
    return Came(at, asked.inbox_folders, folder, asked.signatures, signature)


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
