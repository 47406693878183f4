"""Restore: what was lost or damaged in a home is made again from what is left, when an operator says from what.

What is replaced is moved aside, never deleted. Does not belong here: finding damage (assets.verify), backups.
"""

from __future__ import annotations

import shutil
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assets.ingest import new_batch_id, publish_again, release, take
from assets.intake.archive import archive_path, archived_file, archived_hashes
from assets.rebuild import beside
from warehouse import query
from warehouse.catalog import open_build, open_published, writer_lock
from warehouse.content import content_hashes
from warehouse.damage import ArchiveDamagedError, DamageError, Source
from warehouse.files import replace_file
from warehouse.lake_home import adopt_lake, require_file

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

    from assets.intake.archive import ArrivedFile
    from warehouse.home import Home


@dataclass(frozen=True, slots=True)
class Restored:
    """The outcome: the release that is published now, where the build file of before lies, and originals left out."""

    release_no: int
    aside: Path | None = None
    left_out: tuple[str, ...] = ()


def restore(home: Home, source: Source, processes: int = 2) -> Restored:
    """Make a home's warehouse again from ``source``, and publish it with its Parquet files.

    build: what is published; published: the build file, with the whole ledger; archive: both, every file judged anew -
    arrival times, waivers and closings are lost. Raises DamageError when the source cannot be read, FileNotFoundError when
    there is none.
    """
    home.create()
    adopt_lake(home)
    aside: Path | None = None
    left_out: tuple[str, ...] = ()
    if source is Source.published:
        aside = _from_published(home)
    elif source is Source.archive:
        aside, left_out = _from_archive(home, processes)
    publish_again(home)
    shutil.rmtree(home.published / "parquet", ignore_errors=True)
    return Restored(release(home), aside, left_out)


def _from_published(home: Home) -> Path | None:
    require_file(home, "danvan restore --from published", "what is published and what is written are one lake")
    with writer_lock(home):
        with open_published(home) as con:
            content_hashes(con)  # all of it can be read
        aside = _put_aside(home)
        replace_file(home.database, home.build)
    return aside


def _from_archive(home: Home, processes: int) -> tuple[Path | None, tuple[str, ...]]:
    if home.build.exists():
        require_file(home, "danvan restore --from archive over a warehouse", "begin a new home with a lake of its own")
    names = _known_names(home)
    files: list[ArrivedFile] = []
    left_out: list[str] = []
    for sha256 in _in_order(home, names):
        try:
            files.append(archived_file(home.archive, sha256, names.get(sha256, sha256)))
        except ArchiveDamagedError:
            left_out.append(names.get(sha256, sha256))
    if not files:
        raise FileNotFoundError(f"there is nothing to restore from in {home.archive}")
    if home.lake.exists():
        take(home, files, new_batch_id(), processes)
        return None, tuple(left_out)
    with beside(home) as fresh:
        take(fresh, files, new_batch_id(), processes)
        with writer_lock(home):
            aside = _put_aside(home)
            fresh.build.replace(home.build)
    return aside, tuple(left_out)


def _in_order(home: Home, names: dict[str, str]) -> list[str]:
    """The hashes in the order of arrival: as a ledger has them, then as the archive took them."""
    others = (archive_path(home.archive, h) for h in archived_hashes(home.archive) if h not in names)
    return [*names, *(path.name for path in sorted(others, key=lambda p: (p.stat().st_mtime_ns, p.name)))]


def _known_names(home: Home) -> dict[str, str]:
    """The names that files came under, by SHA-256, in the order of arrival, from any ledger that can be read."""
    names: dict[str, str] = {}
    with suppress(DamageError, FileNotFoundError), open_published(home) as con:
        names |= _names(con)
    with suppress(DamageError), writer_lock(home):
        if home.build.exists():
            with open_build(home) as con:
                names |= _names(con)
    return names


def _names(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    return {row["sha256"]: row["file_name"] for row in query.rows(con, "archived_files")}


def _put_aside(home: Home) -> Path | None:
    """Give the build file another name, so that nothing is lost; None when there is none."""
    if not home.build.exists():
        return None
    aside = home.build.with_name(f"{home.build.name}.before-{new_batch_id()}")
    home.build.replace(aside)
    wal = home.build.with_name(f"{home.build.name}.wal")
    if wal.exists():
        wal.replace(aside.with_name(f"{aside.name}.wal"))
    return aside
