"""The catalogue: the engine that holds the warehouse - opening, one transaction, publication. Native DuckDB files.

The one seam for the engine: what another one does otherwise (a catalogue with Parquet, say) is a second module like this one.
Belongs here: locks, connections, transactions, the published copy, which columns are there. Does not: what is written or read.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from warehouse.damage import BuildDamagedError, BuildMissingError, PublishedDamagedError, naming
from warehouse.files import replace_file
from warehouse.processes import signed
from warehouse.relation import literal

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

    from warehouse.home import Home

#: the name under which a published file is attached
PUBLISHED = "published"
#: no extension is fetched or loaded behind our back: the default path needs none; whichever DuckDB writes, each since 1.1 can
#: read (1.0 knows no blocks but those of 256 KB, of which a small warehouse needs twice the room: every table begins its own)
CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "storage_compatibility_version": "v1.0.0",
    "default_block_size": "65536",
}

#: a progress bar would stand in what a command prints
_SETTINGS = "SET TimeZone = 'UTC'; SET enable_progress_bar = false"

#: a PIVOT that looks its columns up: a statement that makes a type, and the query
_PIVOT = ("MULTI",)


class WriterBusyError(Exception):
    """Another writer held the lock for longer than the caller would wait."""


@contextmanager
def writer_lock(home: Home, timeout: float = 600.0) -> Iterator[None]:
    """Hold the writer's lock; the kernel frees it when the process dies. Raises WriterBusyError after ``timeout`` s."""
    home.lock.parent.mkdir(parents=True, exist_ok=True)
    fd = os.open(home.lock, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o640)
    try:
        _acquire(fd, timeout)
        with signed(fd):
            yield
    finally:
        os.close(fd)


@contextmanager
def open_build(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the build file for writing; the first time it is made. The caller holds ``writer_lock``.

    Raises BuildMissingError when it is gone although something is published, BuildDamagedError.
    """
    import duckdb

    if home.database.exists() and not home.build.exists():
        raise BuildMissingError.at(home.build, f"{home.database} is published")
    with naming(home.build, BuildDamagedError):
        con = duckdb.connect(str(home.build), config=CONFIG)
        try:
            con.execute(_SETTINGS)
            con.execute("SET wal_autocheckpoint = '0B'")  # a commit writes the file itself, not a log of it first
            yield con
        finally:
            con.close()


@contextmanager
def open_memory(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a database in memory, for work that is not kept; what does not fit spills into the home's cache.

    The published file may be attached to it: raises PublishedDamagedError when that cannot be read.
    """
    import duckdb

    with naming(home.database, PublishedDamagedError):
        con = duckdb.connect(":memory:", config=CONFIG)
        try:
            con.execute(_SETTINGS)
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


def checkpoint(con: duckdb.DuckDBPyConnection) -> None:
    """Make what was committed ready to be published."""
    con.execute("CHECKPOINT")


@contextmanager
def open_published(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the published file read-only; an open connection keeps the version that it opened.

    Raises FileNotFoundError when nothing has been published yet, PublishedDamagedError.
    """
    import duckdb

    if not home.database.exists():
        raise FileNotFoundError(f"nothing is published yet at {home.database}; run: danvan ingest")
    with naming(home.database, PublishedDamagedError):
        con = duckdb.connect(str(home.database), read_only=True, config={**CONFIG, "enable_external_access": "false"})
        try:
            con.execute(_SETTINGS)
            yield con
        finally:
            con.close()


def attach_published(con: duckdb.DuckDBPyConnection, home: Home) -> bool:
    """Show ``con`` the published warehouse, read-only, as the catalogue PUBLISHED; False when nothing is published."""
    if not home.database.exists():
        return False
    con.execute(f"ATTACH {literal(str(home.database))} AS {PUBLISHED} (READ_ONLY)")
    return True


def is_attached(con: duckdb.DuckDBPyConnection) -> bool:
    """Tell whether ``con`` sees a published warehouse."""
    return bool(con.execute("SELECT 1 FROM duckdb_databases() WHERE database_name = ?", [PUBLISHED]).fetchall())


def columns(con: duckdb.DuckDBPyConnection, catalog: str | None = None) -> dict[str, dict[str, str]]:
    """Return the type of each column of each table by qualified name: of ``con``'s own database, or of an attached one."""
    found: dict[str, dict[str, str]] = {}
    rows = con.execute(
        "SELECT schema_name || '.' || table_name, column_name, data_type FROM duckdb_columns() "
        "WHERE database_name = coalesce(?, current_database())",
        [catalog],
    ).fetchall()
    for table, column, data_type in rows:
        found.setdefault(table, {})[column] = data_type
    return found


def storage_version(con: duckdb.DuckDBPyConnection) -> str:
    """Return which versions of the engine can open the file, as the engine says it: ``v1.0.0+``."""
    rows = con.execute(
        "SELECT tags['storage_version'] FROM duckdb_databases() WHERE database_name = current_database()"
    ).fetchall()
    return str(rows[0][0])


def is_query(con: duckdb.DuckDBPyConnection, statement: str) -> bool:
    """Tell whether the last statement of ``statement`` asks for rows, without running it; DuckDB 2 answers others with rows too.

    Raises duckdb.ParserException.
    """
    import duckdb

    last = con.extract_statements(statement)[-1:]
    rows_only = {duckdb.ExpectedResultType.QUERY_RESULT}
    return any(set(s.expected_result_type) == rows_only or s.type.name in _PIVOT for s in last)


def publish_database(home: Home) -> None:
    """Copy the closed, checkpointed build file to its readers: copy, fsync, rename, fsync of the folder."""
    replace_file(home.build, home.database)


def is_copied(home: Home) -> bool:
    """Tell whether the published file is a copy of the build file, without opening either; False says nothing.

    The engine writes another head with each checkpoint; what is committed after it stands in a file beside.
    """
    built, published = _head(home.build), _head(home.database)
    return built is not None and built == published and not home.build.with_name(f"{home.build.name}.wal").exists()


def _head(path: Path) -> tuple[int, bytes] | None:
    """The size of a database file and the blocks that say which of its states is the last; None for no file."""
    try:
        with path.open("rb") as file:
            return os.fstat(file.fileno()).st_size, file.read(3 * 4096)
    except FileNotFoundError:
        return None


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
