"""The catalogue: what holds the warehouse - opening, one transaction, publication - whichever engine that is.

The one seam: a home's warehouse is a DuckDB file, or a DuckLake where ``lake.json`` stands in the home (``warehouse.engines``).
Belongs here: locks, connections, transactions, the published version, which columns are there. Does not: what is written or read.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from warehouse.damage import BuildMissingError, PublishedDamagedError, naming
from warehouse.engines import file, lake
from warehouse.engines.connection import connected
from warehouse.processes import signed

if TYPE_CHECKING:
    from types import ModuleType

    import duckdb

    from warehouse.home import Home

#: the name under which what is published is attached
PUBLISHED = "published"

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
    """Open the warehouse for writing; the first time it is made. The caller holds ``writer_lock``.

    Raises BuildMissingError when it is gone although something is published, BuildDamagedError, LakeError.
    """
    if home.database.exists() and not home.build.exists():
        raise BuildMissingError.at(home.build, f"{home.database} is published")
    with _engine(home).open_build(home) as con:
        yield con


@contextmanager
def open_memory(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a database in memory, for work that is not kept; what does not fit spills into the home's cache.

    What is published may be attached to it: raises PublishedDamagedError when that cannot be read.
    """
    with naming(home.database, PublishedDamagedError), connected() as con:
        con.execute("SET temp_directory = ?", [str(home.cache / "spill")])
        yield con


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
    """Open what is published read-only; an open connection keeps the version that it opened.

    Raises FileNotFoundError when nothing has been published yet, PublishedDamagedError, LakeError.
    """
    if not home.database.exists():
        raise FileNotFoundError(f"nothing is published yet at {home.database}; run: danvan ingest")
    with _engine(home).open_published(home) as con:
        yield con


def attach_published(con: duckdb.DuckDBPyConnection, home: Home) -> bool:
    """Show ``con`` the published warehouse, read-only, as the catalogue PUBLISHED; False when nothing is published."""
    if not home.database.exists():
        return False
    _engine(home).attach(con, home, PUBLISHED)
    return True


def publish_database(home: Home) -> None:
    """Let readers see what was committed. The caller holds ``writer_lock``."""
    _engine(home).publish(home)


def is_copied(home: Home) -> bool:
    """Tell whether what is published is what was committed last; False says nothing."""
    return bool(_engine(home).is_copied(home))


def storage_version(con: duckdb.DuckDBPyConnection) -> str:
    """Return which versions of the engine can open the warehouse."""
    return str((lake if _is_lake(con) else file).storage_version(con))


def takes_every_comment(con: duckdb.DuckDBPyConnection) -> bool:
    """Tell whether the engine keeps comments on macros and on the columns of views: a lake does not."""
    return not _is_lake(con)


def _is_lake(con: duckdb.DuckDBPyConnection) -> bool:
    found = con.execute("SELECT type FROM duckdb_databases() WHERE database_name = current_database()").fetchall()
    return found == [("ducklake",)]


def _engine(home: Home) -> ModuleType:
    return lake if home.lake.exists() else file


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


def is_query(con: duckdb.DuckDBPyConnection, statement: str) -> bool:
    """Tell whether the last statement of ``statement`` asks for rows, without running it; DuckDB 2 answers others with rows too.

    Raises duckdb.ParserException.
    """
    import duckdb

    last = con.extract_statements(statement)[-1:]
    rows_only = {duckdb.ExpectedResultType.QUERY_RESULT}
    return any(set(s.expected_result_type) == rows_only or s.type.name in _PIVOT for s in last)


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
