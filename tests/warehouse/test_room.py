"""A full disk is told from other errors, whoever says it, with its folder and what is free."""

from __future__ import annotations

import errno
import os
import sqlite3
from pathlib import Path

import duckdb
import pytest

from tests.support import make_home
from warehouse.room import full_disk


def _within(cause: Exception) -> Exception:
    outer = RuntimeError("a step failed")
    outer.__cause__ = cause
    return outer


@pytest.mark.parametrize("wrapped", [False, True])
def test_whoever_meets_it_the_folder_and_the_room_are_named(tmp_path: Path, wrapped: bool) -> None:
    home = make_home(tmp_path / "home")
    text = os.strerror(errno.ENOSPC)
    errors = [
        OSError(errno.ENOSPC, text, str(home.archive / "ab" / "new")),
        OSError(errno.EDQUOT, os.strerror(errno.EDQUOT), str(home.archive / "x")),
        duckdb.IOException(f'IO Error: Could not write file "{home.archive}/x": {text}'),
    ]
    for error in errors:
        said = full_disk(_within(error) if wrapped else error, home)
        assert said is not None and said.startswith("HOME-DISK-FULL") and f"the disk of {home.archive} is full" in said
        assert " MB free of " in said


@pytest.mark.parametrize(
    "error", [OSError(errno.ENOSPC, "x"), sqlite3.OperationalError("database or disk is full")], ids=["os", "sqlite"]
)
def test_where_no_file_is_named_it_is_the_fullest_disk(tmp_path: Path, error: Exception) -> None:
    assert "the disk of /" in str(full_disk(error, make_home(tmp_path / "home")))


def test_other_errors_are_not_taken_for_it(tmp_path: Path) -> None:
    for error in (OSError(errno.EACCES, "Permission denied", "/x"), duckdb.IOException("x"), ValueError("disk")):
        assert full_disk(error, make_home(tmp_path / "home")) is None


@pytest.mark.parametrize("is_full", [False, True])
def test_errors_that_come_of_one_another_end(tmp_path: Path, is_full: bool) -> None:
    """Raised again while it was handled, an error is the context of its own cause."""
    first, second = ValueError("a"), OSError(errno.ENOSPC if is_full else errno.EACCES, "x")
    first.__context__, second.__context__ = second, first
    assert (full_disk(first, make_home(tmp_path / "home")) is not None) == is_full
