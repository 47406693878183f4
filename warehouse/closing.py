"""Closed years: when a year's figures were settled, and every revision of them since - never a silent one; undoing a closing.

A revision is made by figures: what a release changes in ids, names or hashes alone is none. Does not belong here: rebuilding a
year (assets.batch), when a year is closed (orchestration.schedules), why a figure changed (warehouse.changes).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from warehouse.bootstrap import WAS
from warehouse.changes import CHANGED, State, compared_marts, comparing

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    import duckdb

    from warehouse.relation import Relation


class YearOpenError(ValueError):
    """The year has not ended and cannot be closed, or is not closed and cannot be reopened."""


class YearBuiltOnError(ValueError):
    """Something rests on the closing of the year: it cannot be undone any more."""


@dataclass(frozen=True, slots=True)
class Closing:
    """The release that closed a year, and when that was (UTC)."""

    release_no: int
    at: datetime


def is_closed(con: duckdb.DuckDBPyConnection, year: int) -> bool:
    """Tell whether ``year`` was closed."""
    return year in _closed(con)


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


def closing_to_undo(con: duckdb.DuckDBPyConnection, year: int) -> Closing:
    """Return the closing of ``year`` on which nothing was built yet.

    Raises YearOpenError where it is not closed, YearBuiltOnError where figures have been revised or units told since.
    """
    found = con.execute(_BUILT_ON, {"year": year}).fetchall()
    if not found:
        raise YearOpenError(f"{year} is not closed: there is nothing to reopen")
    ((release_no, at, revisions, told),) = found
    if revisions > 1 or told:
        built = [f"{revisions - 1} later revisions stand on it"] if revisions > 1 else []
        built += [f"{told} reports were told that it is closed"] if told else []
        raise YearBuiltOnError(
            f"{year} stays closed: {' and '.join(built)}; what is wrong in it is corrected by a report, as its next revision"
        )
    return Closing(release_no, at)


def write_reopening(
    con: duckdb.DuckDBPyConnection, year: int, undone: Closing, release_no: int, at: datetime, reason: str
) -> None:
    """Note that the closing of ``year`` was undone by this release; its revision is gone already (``forget_closing``)."""
    con.execute(
        "INSERT INTO meta.year_reopening VALUES (?, ?, ?, ?, ?, ?)",
        [year, at, undone.release_no, undone.at, release_no, reason],
    )


def forget_closing(con: duckdb.DuckDBPyConnection, year: int) -> None:
    """Let ``year`` be open again."""
    con.execute("DELETE FROM meta.year_revision WHERE year = ?", [year])


class Settled:
    """The figures of the closed years as they stand before a batch rebuilds them, to be held against what it makes of them."""

    def __init__(self, con: duckdb.DuckDBPyConnection, years: Iterable[int] | None) -> None:
        """Keep the rows of those of ``years`` (None: of all) that are closed."""
        self._con = con
        closed = _closed(con)
        self._years = sorted(closed if years is None else closed.intersection(years))
        self._kept = {m.qualified: self._keep(m) for m in compared_marts()} if self._years else {}

    def note_revisions(self, release_no: int, at: datetime) -> None:
        """Give every closed year with other figures in this release its next revision: each figure that changed, and why."""
        if not self._years:
            return
        found = self._con.execute(_DIFFERING, [release_no, self._years]).fetchall()
        if asked := [(m, years) for m in compared_marts() if (years := [y for t, y in found if t == m.qualified])]:
            with comparing(self._con, *self._states(release_no)) as comparison:
                for mart, years in asked:
                    comparison.add(mart, years, self._kept[mart.qualified])
                self._con.execute(_TOLD, [release_no])
            self._con.execute(_REVISIONS, [release_no, at, release_no])
        for table in self._kept.values():
            self._con.execute(f"DROP TABLE {table}")

    def _keep(self, mart: Relation) -> str:
        """The rows as they were before the marts were declared anew, where they were."""
        name = f"{WAS}{mart.name}"
        is_there = self._con.execute("FROM duckdb_tables() WHERE temporary AND table_name = ?", [name]).fetchall()
        if not is_there:
            listed = ", ".join(map(str, self._years))
            self._con.execute(f"CREATE TEMP TABLE {name} AS FROM {mart.qualified} WHERE year IN ({listed})")
        return f"temp.{name}"

    def _states(self, release_no: int) -> tuple[State, State]:
        rows = self._con.execute(
            "SELECT release_no, batch_no FROM meta.release WHERE release_no >= ?", [release_no - 1]
        )
        numbers = dict(rows.fetchall())
        return State(numbers[release_no - 1], str(release_no - 1)), State(numbers[release_no])


def _closed(con: duckdb.DuckDBPyConnection) -> set[int]:
    return {year for (year,) in con.execute("SELECT DISTINCT year FROM meta.year_revision").fetchall()}


_BUILT_ON = """
SELECT any_value(r.release_no) FILTER (r.revision_no = 1), any_value(r.revised_at) FILTER (r.revision_no = 1), count(*),
       (SELECT count(DISTINCT s.submission_id) FROM intake.submission s JOIN intake.finding f USING (submission_id)
        WHERE s.year = $year AND f.code = 'S-YEAR-CLOSED')
FROM meta.year_revision r WHERE r.year = $year HAVING count(*) > 0
"""
_DIFFERING = "SELECT table_name, year FROM meta.release_diff WHERE release_no = ? AND year IN (SELECT unnest(?))"
_TOLD = f"INSERT INTO meta.figure_change BY NAME SELECT ? AS release_no, * FROM {CHANGED}"
_REVISIONS = """
INSERT INTO meta.year_revision (year, revision_no, release_no, revised_at, changed_tables)
SELECT r.year, max(r.revision_no) + 1, ?, ?, any_value(c.changed)
FROM meta.year_revision r JOIN (
    SELECT year, string_agg(DISTINCT mart_name, ', ' ORDER BY mart_name) AS changed
    FROM meta.figure_change WHERE release_no = ? GROUP BY year
) c USING (year) GROUP BY r.year
"""
