"""The warehouse as a DuckDB file: a private one that the one writer opens, and a copy of it for its readers.

Does not belong here: which engine a home has, transactions (warehouse.catalog).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from warehouse.damage import BuildDamagedError, PublishedDamagedError, naming
from warehouse.engines.connection import connected
from warehouse.files import replace_file
from warehouse.relation import literal

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

    from warehouse.home import Home


@contextmanager
def open_build(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the build file; the first time it is made. Raises BuildDamagedError."""
    with naming(home.build, BuildDamagedError), connected(str(home.build)) as con:
        con.execute("SET wal_autocheckpoint = '0B'")  # a commit writes the file itself, not a log of it first
        yield con


@contextmanager
def open_published(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the published file read-only; no statement reaches another file. Raises PublishedDamagedError."""
    with (
        naming(home.database, PublishedDamagedError),
        connected(str(home.database), read_only=True, outside=False) as con,
    ):
        yield con


def attach(con: duckdb.DuckDBPyConnection, home: Home, name: str) -> None:
    """Show ``con`` the published file, read-only, as the catalogue ``name``."""
    con.execute(f"ATTACH {literal(str(home.database))} AS {name} (READ_ONLY)")


def publish(home: Home) -> None:
    """Copy the closed build file to its readers: copy, fsync, rename, fsync of the folder."""
    replace_file(home.build, home.database)


def is_copied(home: Home) -> bool:
    """Tell whether the published file is a copy of the build file, without opening either; False says nothing.

    The engine writes another head with each commit; a log of one that it could not write stands in a file beside.
    """
    built, published = _head(home.build), _head(home.database)
    return built is not None and built == published and not home.build.with_name(f"{home.build.name}.wal").exists()


def storage_version(con: duckdb.DuckDBPyConnection) -> str:
    """Return which versions of the engine can open the file, as the engine says it: ``v1.0.0+``."""
    rows = con.execute(
        "SELECT tags['storage_version'] FROM duckdb_databases() WHERE database_name = current_database()"
    ).fetchall()
    return f"DuckDB storage {rows[0][0]}"


def _head(path: Path) -> tuple[int, bytes] | None:
    """The size of a database file and the blocks that say which of its states is the last; None for no file."""
    try:
        with path.open("rb") as file:
            return os.fstat(file.fileno()).st_size, file.read(3 * 4096)
    except FileNotFoundError:
        return None
