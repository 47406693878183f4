"""How settled the figures of a paper are, as its first page and its file name say it: provisional, closed, revised.

Does not belong here: closing a year (warehouse.closing), writing files (assets.report.write).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from assets.report import vietnamese
from warehouse import query

if TYPE_CHECKING:
    from datetime import date

    import duckdb

#: what the name of a paper ends in while its figures may change
PROVISIONAL = "tam-tinh"


@dataclass(frozen=True, slots=True)
class Standing:
    """``label`` is what the first page says, ``suffix`` what the file's name ends in.

    ``revision`` is that of a closed year; 0 for an open one, and for a window of years. ``release_no`` made the revision, or is the
    newest.
    """

    label: str
    suffix: str
    revision: int = 0
    release_no: int = 0

    @property
    def is_provisional(self) -> bool:
        """Tell whether the figures may still change without a revision."""
        return self.suffix == PROVISIONAL


def standing_of_window(con: duckdb.DuckDBPyConnection, first_day: date, last_day: date) -> Standing:
    """Return how settled the years between two days are: provisional while one of them is open."""
    (found,) = query.rows(con, "window_standing", first_day=first_day, last_day=last_day)
    if found["open_years"]:
        years = _listed(found["open_years"])
        label = f"Số liệu tạm tính; năm chưa khoá sổ: {years} (bản phát hành {found['release_no']})"
        return Standing(label, PROVISIONAL)
    at, number = vietnamese.day(found["at"]), found["closed_release_no"]
    return Standing(f"Các năm đã khoá sổ; sửa đổi gần nhất ngày {at} (bản phát hành {number})", f"ban-{number}")


class NoRevisionError(LookupError):
    """The year has no such revision; the message says which there are."""


def standing_of_year(con: duckdb.DuckDBPyConnection, year: int, revision: int = 0) -> Standing:
    """Return the newest revision of ``year``, or that it is open; or ``revision`` of it. Raises NoRevisionError."""
    (found,) = query.rows(con, "year_standing", year=year)
    if revision:
        asked = query.rows(con, "year_revision", year=year, revision=revision)
        if not asked:
            known = f"it has 1 to {found['revision']}" if found["revision"] else "the year is not closed"
            raise NoRevisionError(f"{year} has no revision {revision}: {known}")
        (found,) = asked
    number, revision = found["release_no"], found["revision"]
    if found["at"] is None:
        return Standing(f"Số liệu tạm tính, năm chưa khoá sổ (bản phát hành {number})", PROVISIONAL, release_no=number)
    what = "Khoá sổ" if revision == 1 else f"Sửa đổi lần {revision} sau khoá sổ"
    label = f"{what} ngày {vietnamese.day(found['at'])} (bản phát hành {number})"
    return Standing(label, f"lan-{revision}", revision, number)


def _listed(years: list[int]) -> str:
    """Years that follow one another as a span: 2013 - 2016."""
    if len(years) > 1 and all(b - a == 1 for a, b in pairwise(years)):
        return f"{years[0]} - {years[-1]}"
    return ", ".join(map(str, years))
