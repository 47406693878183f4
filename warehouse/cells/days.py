"""Days: day first always, Excel serials, two-digit years by a written pivot; and the way back.

Belongs here: a day as text. Does not: the cell it stands in (kinds.date, kinds.citation) or periods (warehouse.periods).
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from warehouse.cells.words import clean

#: 00-49 is 20xx, 50-99 is 19xx
PIVOT = 50
#: a year outside these is a slip of the hand (0213, 2103), and a bare 2024 is a year, not Excel's day 2024 (in 1905)
YEARS = range(1900, 2100)
_FIRST_SERIAL = 18_264  # 1/1/1950, where the pivot begins
#: Excel's day 0 once its false leap day of 1900 is behind
_EPOCH = date(1899, 12, 30)
_DMY = re.compile(r"^(?:ngày\s*)?(\d{1,2})\s*[/.-]\s*(\d{1,2})\s*[/.-]\s*(\d{4}|\d{2})$", re.IGNORECASE)
_WORDS = re.compile(r"^ngày\s*(\d{1,2})\s*tháng\s*(\d{1,2})\s*năm\s*(\d{4})$", re.IGNORECASE)
_ISO = re.compile(r"^(\d{4})-(\d{2})-(\d{2})(?:[T ].*)?$")


def parse_date(text: str) -> date | None:
    """Read a date as text, or return None. Day first; an ISO date is the one exception."""
    text = clean(text)
    if m := _ISO.match(text):
        return _date(int(m[1]), int(m[2]), int(m[3]))
    if m := _DMY.match(text) or _WORDS.match(text):
        year = int(m[3])
        if year < 100:
            year += 2000 if year < PIVOT else 1900
        return _date(year, int(m[2]), int(m[1]))
    return None


def from_serial(serial: int) -> date | None:
    """Turn an Excel serial of the 1900 system into a date: 41516 is 30/8/2013. None before 1950 and after 2099."""
    return _EPOCH + timedelta(days=serial) if _FIRST_SERIAL <= serial < 73_051 else None


def vn_date(day: date) -> str:
    """Print a date day first, without leading zeros (30/8/2013)."""
    return f"{day.day}/{day.month}/{day.year}"


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if year in YEARS else None
    except ValueError:
        return None
