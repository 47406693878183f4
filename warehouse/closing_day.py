"""On which day the year before is closed: after every expected report of it may have come on time.

Belongs here: the declaration, checked at load against the deadlines. Does not: closing a year (warehouse.closing) or starting
that on the day (orchestration.schedules).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from warehouse.check import Declared, build
from warehouse.deadlines import DEADLINES, deadlines
from warehouse.periods import periods_of
from warehouse.source import Source, per_root

CLOSING = "warehouse/closing.yaml"
#: stands for every year; followed by a common one, in which days that are counted fall no earlier than in a leap year
_YEAR = 2000


@dataclass(frozen=True, slots=True)
class Closing(Declared):
    """``closes_on``: month and day, 02-15; None: as soon as it may be."""

    closes_on: str | None = None


@per_root
def closing_day(root: Path) -> date:
    """Return the day, of the year after, on which a year is closed. Raises DeclarationError."""
    source = Source(root, CLOSING)
    found = build(Closing, source.yaml(), source)
    first = _last_day_of_grace(root) + timedelta(days=1)
    source.refuse_unless(
        first.year == _YEAR + 1,
        (),
        f"{first:%m-%d} two years later",
        f"grace that ends in the year after ({DEADLINES})",
    )
    if found is None or found.closes_on is None:
        return source.settled(first)
    day = _day(found.closes_on)
    allowed = (
        f"MM-DD from {first:%m-%d}, the day after the last day of grace of the year's expected reports ({DEADLINES})"
    )
    source.refuse_unless(day is not None and day >= first, ("closes_on",), found.closes_on, allowed)
    return source.settled(day or first)


def _last_day_of_grace(root: Path) -> date:
    """The last day on which an expected report of the year is on time; its last day where none is."""
    ends = [
        period.period_end + timedelta(days=d.due_days + d.grace_days)
        for d in deadlines(root)
        if d.expected
        for period in periods_of(_YEAR, d.period_kind)
    ]
    return max([date(_YEAR, 12, 31), *ends])


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(f"{_YEAR + 1}-{text}")
    except ValueError:
        return None
