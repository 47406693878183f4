"""Days: day first always, Excel serials, two-digit years by a written pivot, times of day beside them; and the way back.

Belongs here: a day as text. Does not: the cell it stands in (kinds.date, kinds.citation) or periods (warehouse.periods).
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone
from typing import NamedTuple

from warehouse.cells.words import clean

#: 00-49 is 20xx, 50-99 is 19xx
PIVOT = 50
#: a year outside these is a slip of the hand (0213, 2103), and a bare 2024 is a year, not Excel's day 2024 (in 1905)
YEARS = range(1900, 2100)
FIRST_SERIAL, LAST_SERIAL = 18_264, 73_051  # from 1/1/1950, where the pivot begins, up to 1/1/2100, which is none
#: Excel's day 0 once its false leap day of 1900 is behind
_EPOCH = date(1899, 12, 30)
_TIME = (
    r"(?:[T ,]+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d+)?)?"
    r"\s*(?P<half>am|pm|sa|ch)?\s*(?P<zone>z|utc|gmt|[+-]\d{2}:?\d{2})?)?$"
)
#: day first, but for a year of four digits that stands first; none of these can be read otherwise
_SHAPES = tuple(
    re.compile(day + _TIME, re.IGNORECASE)
    for day in (
        r"^(?P<year>\d{4})([-/.])(?P<month>\d{1,2})\2(?P<day>\d{1,2})",
        r"^(?:ngày\s*)?(?P<day>\d{1,2})\s*[/.-]\s*(?P<month>\d{1,2})\s*[/.-]\s*(?P<year>\d{4}|\d{2})",
        r"^(?:ngày\s*)?(?P<day>\d{1,2})\s*tháng\s*(?P<month>\d{1,2})\s*năm\s*(?P<year>\d{4})",
    )
)
#: a moment with a zone is of the day that it was there
VIETNAM = timezone(timedelta(hours=7))
#: midnight in Vietnam is 17:00 of the day before in UTC, and some programs lose up to a minute more
_DOUBTFUL_FROM = 17 * 3600 - 60


class Moment(NamedTuple):
    """A day, and the seconds since its midnight in Vietnam. A date that offices write has none."""

    day: date
    seconds: int = 0

    @property
    def is_doubtful(self) -> bool:
        """True late in the day: a program that stores midnight in UTC wrote the evening of the day before."""
        return self.seconds >= _DOUBTFUL_FROM


def parse_date(text: str) -> date | None:
    """Read a date as text, or return None; one with a time of day is none."""
    found = parse_moment(text)
    return found.day if found and not found.seconds else None


def parse_moment(text: str) -> Moment | None:
    """Read a date as text that may have a time of day, or return None."""
    text = clean(text)
    found = next((m for shape in _SHAPES if (m := shape.match(text))), None)
    if found is None:
        return None
    year = int(found["year"])
    if len(found["year"]) == 2:
        year += 2000 if year < PIVOT else 1900
    day = _date(year, int(found["month"]), int(found["day"]))
    if day is None:
        return None
    return _at_time(day, found) if found["hour"] else Moment(day)


def moment_of_serial(serial: float) -> Moment | None:
    """Turn an Excel serial with its fraction of a day into a moment; a second beside midnight is midnight."""
    seconds = round(serial * 86_400)
    if seconds % 86_400 in (1, 86_399):
        seconds = round(serial) * 86_400
    day = from_serial(seconds // 86_400)
    return Moment(day, seconds % 86_400) if day else None


def from_serial(serial: int) -> date | None:
    """Turn an Excel serial of the 1900 system into a date: 41516 is 30/8/2013. None before 1950 and after 2099."""
    return _EPOCH + timedelta(days=serial) if FIRST_SERIAL <= serial < LAST_SERIAL else None


def vn_date(day: date) -> str:
    """Print a date day first, without leading zeros (30/8/2013)."""
    return f"{day.day}/{day.month}/{day.year}"


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if year in YEARS else None
    except ValueError:
        return None


def _at_time(day: date, found: re.Match[str]) -> Moment | None:
    hour, minute, second = int(found["hour"]), int(found["minute"]), int(found["second"] or 0)
    if half := (found["half"] or "").lower():
        hour = hour % 12 + (12 if half in ("pm", "ch") else 0)
    try:
        at = datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=_zone(found["zone"]))
    except ValueError:
        return None
    there = at.astimezone(VIETNAM)
    return Moment(there.date(), there.hour * 3600 + there.minute * 60 + there.second)


def _zone(text: str | None) -> timezone:
    if text is None:
        return VIETNAM
    if text[0] not in "+-":
        return UTC
    offset = timedelta(hours=int(text[1:3]), minutes=int(text[-2:]))
    return timezone(-offset if text[0] == "-" else offset)
