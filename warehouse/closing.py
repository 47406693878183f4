"""Closed years: when a year's figures were settled, and every revision of them since - never a silent one.

Does not belong here: rebuilding a year (assets.batch) or when a year is closed (orchestration.schedules).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime

    import duckdb


class YearOpenError(ValueError):
    """The year has not ended and cannot be closed."""


def is_closed(con: duckdb.DuckDBPyConnection, year: int) -> bool:
    """Tell whether ``year`` was closed."""
    return bool(con.execute("FROM meta.year_revision WHERE year = ? LIMIT 1", [year]).fetchall())


def require_ended(year: int, today: date) -> None:
    """Raise YearOpenError unless ``year`` is over on ``today``."""
    if year >= today.year:
        raise YearOpenError(f"{year} has not ended; the last year that can be closed is {today.year - 1}")


def write_closing(con: duckdb.DuckDBPyConnection, year: int, release_no: int, at: datetime) -> None:
    """Make the year's figures of this release its revision 1."""
    con.execute(
        "INSERT INTO meta.year_revision (year, revision_no, release_no, revised_at) VALUES (?, 1, ?, ?)",
        [year, release_no, at],
    )


def note_revisions(con: duckdb.DuckDBPyConnection, release_no: int, at: datetime) -> None:
    """Give every closed year whose figures this release changed its next revision, with the tables that differ."""
    con.execute(
        "INSERT INTO meta.year_revision (year, revision_no, release_no, revised_at, changed_tables) "
        "SELECT r.year, max(r.revision_no) + 1, ?, ?, "
        "(SELECT string_agg(d.table_name, ', ' ORDER BY d.table_name) FROM meta.release_diff d "
        "WHERE d.release_no = ? AND d.is_changed AND d.year = r.year) AS changed "
        "FROM meta.year_revision r GROUP BY r.year HAVING changed IS NOT NULL",
        [release_no, at, release_no],
    )
