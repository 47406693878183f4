"""Rebuild: the whole archive into a fresh warehouse, and proof that it comes out equal.

Does not belong here: how a batch is taken (assets.batch).
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from assets.ingest import new_batch_id, take
from assets.intake.archive import archived_files
from warehouse import query
from warehouse.catalog import open_published, writer_lock
from warehouse.content import content_hashes, differing
from warehouse.home import Home

if TYPE_CHECKING:
    import duckdb

    from assets.intake.archive import ArrivedFile

_PREFIX = "rebuild-"


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """The outcome: files taken, and the (table, year) whose hash differs from the published one."""

    files: int
    tables: int
    different: list[str]


def rebuild(home: Home, processes: int = 2) -> Rebuilt:
    """Take every archived file into a fresh warehouse beside the home and compare content hashes with the published one.

    The published warehouse is not touched. Raises FileNotFoundError when nothing is published, ArchiveDamagedError.
    """
    with open_published(home) as con:
        files = _ledger_files(con, home)
        expected = content_hashes(con)
    with beside(home) as fresh:
        take(fresh, files, new_batch_id(), processes)
        with open_published(fresh) as con:
            found = content_hashes(con)
    return Rebuilt(len(files), len({h[:2] for h in found}), differing(expected, found))


@contextmanager
def beside(home: Home) -> Iterator[Home]:
    """Yield an empty home in a folder of ``home``, with its archive and cache; it is gone when the body is done.

    What killed processes left of such folders is taken away first.
    """
    with writer_lock(home):
        clear_left_behind(home)
        fresh = Home(Path(tempfile.mkdtemp(prefix=_PREFIX, dir=home.root)))
        alive = _locked(fresh.root)
    try:
        fresh.build.parent.mkdir(parents=True)
        fresh.data_docs.mkdir()
        fresh.cache.symlink_to(home.cache)
        fresh.archive.symlink_to(home.archive)
        fresh.published.mkdir()
        yield fresh
    finally:
        shutil.rmtree(fresh.root, ignore_errors=True)
        if alive is not None:
            os.close(alive)


def clear_left_behind(home: Home) -> int:
    """Remove such folders whose process is gone; returns how many. The caller holds the writer's lock."""
    found = left_behind_beside(home)
    for folder in found:
        shutil.rmtree(folder, ignore_errors=True)
    return len(found)


def left_behind_beside(home: Home) -> list[Path]:
    """Return such folders whose process is gone. While the caller holds the writer's lock nobody makes another."""
    found = []
    for folder in sorted(home.root.glob(f"{_PREFIX}*")):
        if (dead := _locked(folder)) is not None:
            os.close(dead)
            found.append(folder)
    return found


def _locked(folder: Path) -> int | None:
    """Lock a folder for as long as this process lives, or the number returned is open; None when another process has it."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(fd)
        return None
    return fd


def _ledger_files(con: duckdb.DuckDBPyConnection, home: Home) -> list[ArrivedFile]:
    rows = query.rows(con, "archived_files")
    return archived_files(home.archive, [(row["sha256"], row["file_name"], row["byte_size"]) for row in rows])
