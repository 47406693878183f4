"""SQLite files of a program beside us (Dagster's history) made small again: rows that were deleted leave free pages in them.

Does not belong here: which rows are deleted, or DuckDB files, whose copy is compact.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

#: below this share of free pages the file is as it should be: they are used for the next rows
_WORTH = 0.2
#: the wait for who writes; who writes meanwhile waits as long (SQLite's default)
_SECONDS = 5.0


def free_bytes(path: Path) -> tuple[int, int]:
    """Return the bytes of ``path`` in use and those in free pages. Raises sqlite3.DatabaseError when it is no database."""
    with closing(_open(path)) as con:
        return _room(con)


def is_worth(used: int, free: int) -> bool:
    """Tell whether a file with so many bytes in use and free is written anew."""
    return free > _WORTH * (used + free)


def compact(path: Path) -> int:
    """Write ``path`` anew without its free pages, beside readers and writers; returns the bytes that became free.

    Writers wait meanwhile. Raises sqlite3.OperationalError when one of them holds the file too long.
    """
    with closing(_open(path)) as con:
        _, free = _room(con)
        con.execute("VACUUM")
        con.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()  # else the copy in the log stays as large as the file
    return free


def _room(con: sqlite3.Connection) -> tuple[int, int]:
    size, pages, free = (
        con.execute(f"PRAGMA {name}").fetchall()[0][0] for name in ("page_size", "page_count", "freelist_count")
    )
    return (pages - free) * size, free * size


def _open(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True, timeout=_SECONDS, isolation_level=None)
