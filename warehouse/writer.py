"""The one writer: kernel lock, one transaction, checkpoint, and publication by rename.

Belongs here: how the build file is opened, committed and copied to its readers. Does not: what is written into it.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

    from warehouse.home import Home

#: no extension is fetched or loaded behind our back: the default path needs none; and whichever DuckDB writes, each since 1.0
#: can read
CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "storage_compatibility_version": "v1.0.0",
}


class WriterBusyError(Exception):
    """Another writer held the lock for longer than the caller would wait."""


@contextmanager
def writer_lock(home: Home, timeout: float = 600.0) -> Iterator[None]:
    """Hold the writer's lock; the kernel frees it when the process dies. Raises WriterBusyError after ``timeout`` s."""
    home.lock.parent.mkdir(parents=True, exist_ok=True)
    fd = os.open(home.lock, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o640)
    try:
        _acquire(fd, timeout)
        yield
    finally:
        os.close(fd)


@contextmanager
def open_build(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the build file for writing. The caller holds ``writer_lock``."""
    import duckdb

    con = duckdb.connect(str(home.build), config=CONFIG)
    try:
        con.execute("SET TimeZone = 'UTC'")
        con.execute("SET wal_autocheckpoint = '1TB'")  # the batch checkpoints itself, once
        yield con
    finally:
        con.close()


@contextmanager
def open_memory(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a database in memory, for work that is not kept; what does not fit spills into the home's cache."""
    import duckdb

    con = duckdb.connect(":memory:", config=CONFIG)
    try:
        con.execute("SET TimeZone = 'UTC'")
        con.execute("SET temp_directory = ?", [str(home.cache / "spill")])
        yield con
    finally:
        con.close()


@contextmanager
def transaction(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Run the body in one transaction: committed whole, or rolled back whole on any exception."""
    con.execute("BEGIN TRANSACTION")
    try:
        yield
    except BaseException:
        con.execute("ROLLBACK")
        raise
    con.execute("COMMIT")


@contextmanager
def open_published(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the published file read-only; an open connection keeps the version that it opened.

    Raises FileNotFoundError when nothing has been published yet.
    """
    import duckdb

    if not home.database.exists():
        raise FileNotFoundError(f"nothing is published yet at {home.database}; run: danvan ingest")
    con = duckdb.connect(str(home.database), read_only=True, config={**CONFIG, "enable_external_access": "false"})
    try:
        con.execute("SET TimeZone = 'UTC'")
        yield con
    finally:
        con.close()


def publish_database(home: Home) -> None:
    """Copy the closed, checkpointed build file to its readers: copy, fsync, rename, fsync of the folder."""
    replace_file(home.build, home.database)


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


def _acquire(fd: int, timeout: float) -> None:
    give_up = time.monotonic() + timeout
    while True:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= give_up:
                raise WriterBusyError(
                    f"another danvan run has been writing for over {timeout:.0f} s; wait for it, "
                    "or find it in the Dagster UI"
                ) from None
            time.sleep(0.05)
        else:
            return
