"""What a home says of itself without Dagster: inbox, lock, room, release, receipts, versions.

Cheap and without waiting: nothing is hashed (`danvan verify` does that), the build file is not opened. Does not belong here: what
the Dagster instance knows (orchestration.health).
"""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING

from assets.health.line import Level, Line, looked
from assets.intake.inbox import InboxError, open_inbox
from assets.receipt.batch import receipts_due
from warehouse import clock, query
from warehouse.bootstrap import is_of_today
from warehouse.catalog import is_copied, open_published
from warehouse.judgement import base_of
from warehouse.processes import Worker, lock_holder
from warehouse.release import released
from warehouse.room import disks, size_text
from warehouse.settings import settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from warehouse.home import Home

#: bytes free at least, or so many times the build file: a batch grows it and publishes a copy
LOW, FULL = (1 << 30, 10), (200 << 20, 3)
#: seconds after a publication in which side files, and the receipts, are still being written
_COMPLETING, _ANSWERING = 120.0, 600.0
_TAKE = "start the daemon (danvan daemon), or danvan ingest"


def look_at_home(home: Home) -> list[Line]:
    """Return a line for each thing, in the order in which they are read; one line alone where there is no home."""
    if not home.build.parent.is_dir():
        remedy = "danvan init, or set DANVAN_HOME"
        return [Line("home", f"{home.root} is not a danvan home", Level.unknown, "HOME-NONE", remedy)]
    looks = [
        ("inbox", lambda: _inbox(home)),
        ("writer lock", lambda: _lock(home)),
        ("disks", lambda: _disks(home)),
        ("release", lambda: _release(home)),
        ("receipts", lambda: _receipts(home)),
        ("versions", lambda: _versions(home)),
    ]
    return list(looked(looks))


def waiting(home: Home) -> tuple[int, float]:
    """Return how many complete files wait, and for how many seconds the oldest has. Raises FileNotFoundError, InboxError."""
    arrivals = open_inbox(home).complete()
    return len(arrivals), max((max(0.0, time.time() - a.at) for a in arrivals), default=0.0)


def _inbox(home: Home) -> Iterator[Line]:
    try:
        count, seconds = waiting(home)
    except (FileNotFoundError, InboxError) as e:
        yield Line("inbox", str(e), Level.critical, "INBOX-GONE", "danvan init, or mend the setting inbox")
        return
    found = f"{count} files wait, the oldest for {span(seconds)}" if count else "no file waits"
    limits = settings(home).doctor
    if seconds <= limits.waiting_minutes * 60:
        yield Line("inbox", found)
    else:
        level = Level.critical if seconds > limits.waiting_critical_minutes * 60 else Level.warning
        yield Line("inbox", found, level, "INBOX-WAITING", f"{_TAKE}; what holds them the inbox sensor and alerts say")


def _lock(home: Home) -> Iterator[Line]:
    holder = lock_holder(home)
    if not isinstance(holder, Worker):
        yield Line("writer lock", f"held by {holder}" if holder else "free")
        return
    seconds = (clock.instant() - holder.since).total_seconds()
    found = f"held by pid {holder.pid} ({holder.command}) for {span(seconds)}, since {moment(holder.since)}"
    if seconds <= settings(home).doctor.writing_minutes * 60:
        yield Line("writer lock", found)
    else:
        remedy = (
            "look at the run in the Dagster UI; a process that hangs is ended by its pid, what it began is rolled back"
        )
        yield Line("writer lock", found, Level.warning, "HOME-LOCK-LONG", remedy)


def _disks(home: Home) -> Iterator[Line]:
    built = home.build.stat().st_size if home.build.exists() else 0
    for disk in disks(home):
        what, found = f"disk of {disk.folder}", f"{size_text(disk.free)} free of {size_text(disk.total)}"
        low, full = (max(least, times * built) for least, times in (LOW, FULL))
        if disk.free >= low:
            yield Line(what, found)
        else:
            level, asked = (Level.critical, full) if disk.free < full else (Level.warning, low)
            yield Line(what, f"{found}, less than {size_text(asked)}", level, "HOME-DISK-LOW", "make room")


def _release(home: Home) -> Iterator[Line]:
    """Manifest, published database and build file speak of one release, as far as their heads tell."""
    if not home.database.exists():
        if home.build.exists() and lock_holder(home) is None:
            yield Line(
                "release", "a batch was written and not published", Level.critical, "HOME-PUBLISHED-BEHIND", _TAKE
            )
        else:
            yield Line("release", "nothing is published yet")
        return
    if not home.build.exists():
        remedy = "put the home aside and danvan restore DIR of the backup, or danvan restore --from published"
        yield Line("release", f"there is no {home.build}", Level.critical, "HOME-BUILD-MISSING", remedy)
        return
    with open_published(home) as con:
        number, rows = base_of(con).release_no, query.rows(con, "release")
    at = f" of {moment(rows[0]['published_at'])}" if rows else ""
    listed, copied = released(home), is_copied(home)
    if copied and listed == number:
        yield Line("release", f"{number}{at}; manifest, database and build agree")
    elif lock_holder(home) is not None or _age(home) < _COMPLETING:
        yield Line("release", f"{number}{at}; it is being written")
    elif not copied:
        found = f"{number}{at}; the build file is another one"
        yield Line(
            "release", found, Level.critical, "HOME-PUBLISHED-BEHIND", "danvan ingest; if it stays, danvan verify"
        )
    else:
        found = f"{number}{at}; the manifest says {listed or 'none'}"
        yield Line(
            "release", found, Level.critical, "HOME-MANIFEST-DIFFERS", "danvan ingest; if it stays, danvan verify"
        )


def _receipts(home: Home) -> Iterator[Line]:
    if not home.database.exists():
        yield Line("receipts", "none is due")
        return
    with open_published(home) as con:
        due = len(receipts_due(con, home))
    if not due or lock_holder(home) is not None or _age(home) < _ANSWERING:
        yield Line("receipts", f"{due} are due" if due else "none is due")
    else:
        yield Line("receipts", f"{due} are due", Level.warning, "HOME-RECEIPTS-DUE", _TAKE)


def _versions(home: Home) -> Iterator[Line]:
    python = ".".join(map(str, sys.version_info[:3]))
    found = f"danvan {version('danvan')}, DuckDB {version('duckdb')}, Dagster {version('dagster')}, Python {python}"
    if not home.database.exists():
        yield Line("versions", found)
        return
    with open_published(home) as con:
        pending = not is_of_today(con)
    if pending:
        found += "; the warehouse was written by another version of code or declarations"
        remedy = "danvan upgrade; or the next batch brings it up to date"
        yield Line("versions", found, Level.warning, "HOME-OTHER-VERSION", remedy)
    else:
        yield Line("versions", f"{found}; the warehouse is of this version")


def _age(home: Home) -> float:
    """Seconds since something was published."""
    return time.time() - max(p.stat().st_mtime for p in (home.database, home.manifest) if p.exists())


def span(seconds: float) -> str:
    """Return a stretch of time in its two largest units: 3 d 4 h, 5 min 10 s."""
    told: list[str] = []
    left = max(0, int(seconds))
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60), ("s", 1)):
        count, left = divmod(left, size)
        if count or told or unit == "s":
            told.append(f"{count} {unit}")
    return " ".join(told[:2])


def moment(at: datetime) -> str:
    """Return a moment as it is told: UTC, to the second."""
    aware = at if at.tzinfo else at.replace(tzinfo=UTC)
    return f"{aware.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
