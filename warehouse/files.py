"""Files that appear whole or not at all: every write that somebody else may read meanwhile.

Does not belong here: what is written, or databases (warehouse.catalog).
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path

#: characters; in UTF-8 a file system has 255 bytes for a name
_LONGEST_NAME = 60
#: bytes that are copied at once
_PIECE = 1 << 20


def safe_path(folder: Path, name: str, suffix: str = "") -> Path:
    """Return the place in ``folder`` of a file that data gives its name to: directly in it, whatever the name is.

    Letters, digits, ``_``, ``-`` and inner dots stay; a name with anything else, or too long, is made of them and a hash of the
    whole, so that two names never share a place.
    """
    kept = re.sub(r"[^\w.-]+", "_", name).strip(".")[:_LONGEST_NAME]
    if kept != name or not kept:
        kept = f"{kept}-{hashlib.sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:12]}".lstrip("-")
    return folder / f"{kept}{suffix}"


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hex."""
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def sha256_hex(content: bytes) -> str:
    """Return the SHA-256 of ``content``, in hex."""
    return hashlib.sha256(content).hexdigest()


def copy_hashed(source: Path, target: Path) -> str:
    """Copy a file's bytes and return the SHA-256 of those that were read. An error of writing names ``target``."""
    digest = hashlib.sha256()
    with source.open("rb") as content, target.open("wb", buffering=0) as out:
        while piece := content.read(_PIECE):
            digest.update(piece)
            _write(out, piece, target)
    return digest.hexdigest()


def _write(out: FileIO, piece: bytes, target: Path) -> None:
    """What the operating system says of a full disk names no file."""
    rest = memoryview(piece)
    try:
        while rest:
            rest = rest[out.write(rest) :]
    except OSError as e:
        raise OSError(e.errno, e.strerror, str(target)) from e


def replace_file(source: Path, target: Path) -> None:
    """Put a copy of ``source`` at ``target`` so that a reader finds the old file or the new one, never a part."""
    with written(target) as temporary:
        shutil.copyfile(source, temporary)


@contextmanager
def written(target: Path, *, mtime: float | None = None, durable: bool = True) -> Iterator[Path]:
    """Yield a file beside ``target`` to write; it takes that name when the body is done, whole, or never when it fails.

    ``mtime``: the time that the file bears, seconds since 1970. ``durable=False`` for what is written anew when a crash of
    the machine took it: the two fsyncs of a file cost more than a small file.
    """
    temporary = target.with_name(f".{target.name}.new")
    try:
        yield temporary
        if mtime is not None:
            os.utime(temporary, (mtime, mtime))
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    if durable:
        settle(temporary, target)
    else:
        temporary.replace(target)


def write_file(target: Path, content: bytes, *, mtime: float | None = None, durable: bool = True) -> None:
    """Write ``content`` to ``target`` in one step (see ``written``)."""
    with written(target, mtime=mtime, durable=durable) as temporary:
        temporary.write_bytes(content)


@contextmanager
def written_folder(folder: Path) -> Iterator[Path]:
    """Yield an empty folder beside ``folder``; it takes its place when the body is done: all files of one making, or none."""
    making = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(parents=True)
    yield making
    shutil.rmtree(folder, ignore_errors=True)
    settle(making, folder)


def left_behind(parent: Path) -> list[Path]:
    """Return the files and folders in ``parent`` whose makers were killed (see ``written``, ``written_folder``)."""
    return sorted(parent.glob(".*.new"))


def settle(temporary: Path, target: Path) -> None:
    """Make ``temporary`` durable and give it its final name."""
    _fsync(temporary)
    temporary.replace(target)
    _fsync(target.parent)


def _fsync(path: Path) -> None:
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
