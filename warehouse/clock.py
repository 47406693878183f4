"""Time: the moment that the ledger notes (UTC), and the day that the units live in (Vietnam).

Belongs here: every question for the present moment, so that all who ask "today" get one answer. Does not: dates that
files state, or how long something took. A database is never asked for the day: its session has a zone of its own.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

#: where the units are: days, deadlines and schedules are theirs
ZONE = "Asia/Ho_Chi_Minh"


def instant() -> datetime:
    """Return the present moment with its zone (UTC). The others are this one, told otherwise."""
    return datetime.now(UTC)


def now() -> datetime:
    """Return the moment as the ledger keeps it: UTC, without zone, to the microsecond."""
    return instant().replace(tzinfo=None)


def today() -> date:
    """Return the day in the units' zone."""
    return instant().astimezone(ZoneInfo(ZONE)).date()


def day_of(moment: datetime) -> date:
    """Return the units' day of a moment as the ledger keeps it (UTC, without zone)."""
    return moment.replace(tzinfo=UTC).astimezone(ZoneInfo(ZONE)).date()
