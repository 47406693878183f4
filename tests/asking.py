"""What a published warehouse answers, from a connection that stays open as long as its file is the same.

To open one takes longer than most questions. Does not belong here: what is asked.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import duckdb

from warehouse.catalog import open_published
from warehouse.home import Home

#: connections that stay open
_KEPT = 3

_Mark = tuple[str, int, int, int]
_open: dict[_Mark, tuple[ExitStack, duckdb.DuckDBPyConnection]] = {}


def query(home: Home, sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """Ask the published warehouse, as an analyst would."""
    if (con := _kept(home)) is not None:
        return con.execute(sql, list(params)).fetchall()
    with open_published(home) as con:
        return con.execute(sql, list(params)).fetchall()


def _kept(home: Home) -> duckdb.DuckDBPyConnection | None:
    """Return the connection to this very file; None where it cannot be opened, which is told by who opens it again."""
    try:
        found = home.database.stat()
    except OSError:
        return None
    mark = (str(home.database), found.st_ino, found.st_size, found.st_mtime_ns)
    if mark not in _open:
        try:
            _open[mark] = _opened(home)
        except Exception:  # of whatever kind: it is raised again
            return None
        if len(_open) > _KEPT:
            _close(next(iter(_open)))
    return _open[mark][1]


def _opened(home: Home) -> tuple[ExitStack, duckdb.DuckDBPyConnection]:
    """Open a second name of the file: in one process the engine has one database for a name, whatever file that is by now."""
    with ExitStack() as to_the_end:
        same = Home(Path(tempfile.mkdtemp(prefix="asked-")))
        to_the_end.callback(shutil.rmtree, same.root, ignore_errors=True)
        same.published.mkdir()
        os.link(home.database, same.database)
        con = to_the_end.enter_context(open_published(same))
        return to_the_end.pop_all(), con


def _close(mark: _Mark) -> None:
    _open.pop(mark)[0].close()


@atexit.register
def _close_all() -> None:
    for mark in list(_open):
        _close(mark)
