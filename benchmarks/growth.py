"""How a home grows in a year of batches, and what `danvan tidy` leaves of it.

Plays a few batches of one report each as `danvan ingest` takes them, lets a real daemon tick for a while, and makes of that what a
year of 20 batches a day would be: bytes of each folder by 1,000 batches before and after a tidy for which all of it is past, as
ratio too. Processor time does not matter here, so other work beside it does no harm. Does not belong here: how fast a batch is
(benchmarks.latency), what is removed (assets.tidy, orchestration.storage).

    .venv/bin/python -m benchmarks.growth --batches 12 --daemon-seconds 60
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path
from unittest import mock

from benchmarks.burst import make_burst
from benchmarks.latency import daemon_of
from orchestration.instance import prepare_dagster_home
from orchestration.run import run_ingest
from warehouse import clock
from warehouse.home import Home

A_DAY, THOUSAND, DAYS = 20, 1000, 365
#: what a trial before measured, when conditions by asset were evaluated: bytes of dagster/ by batch
BEFORE = 51.5e6 / 15
#: days for which ticks that did nothing are kept (orchestration/dagster.yaml)
TICK_DAYS = 1
#: a file grows by pages: each tick is written so often to see what it takes
_TIMES = 40


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--batches", type=int, default=12)
    parser.add_argument("--daemon-seconds", type=int, default=60)
    asked = parser.parse_args()
    register, *files = make_burst(Path(tempfile.gettempdir()) / "danvan-burst", asked.batches + 2)
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder))
        home.create()
        prepare_dagster_home(home)
        # the first batch makes all tables and years, and one is always the newest: neither is growth
        _take(home, register, files[0])
        _take(home, files[1])
        first = sizes(home)
        for file in files[2:]:
            _take(home, file)
        last = sizes(home)
        _tidied(home)
        _print(asked.batches, first, last, sizes(home))
        _print_ticks(*_ticks(home, asked.daemon_seconds))


def sizes(home: Home) -> Counter[str]:
    """Return the bytes of each folder of the home; a file with two names counts once, and not for the outbox."""
    found: Counter[str] = Counter()
    seen: set[tuple[int, int]] = set()
    for place in sorted(home.places, key=lambda p: p == home.outbox):
        for path in place.rglob("*"):
            stat = path.lstat()
            if path.is_file() and (stat.st_dev, stat.st_ino) not in seen:
                seen.add((stat.st_dev, stat.st_ino))
                found[place.name] += stat.st_size
    return found


def _take(home: Home, *files: Path) -> None:
    for file in files:
        (home.inbox / file.name).write_bytes(file.read_bytes())
    run_ingest(home)


def _ticks(home: Home, seconds: int) -> tuple[int, float]:
    """Let a daemon tick for a while; return how many ticks it wrote, and the bytes of one, of many written once more."""
    import dagster as dg

    path = home.dagster / "schedules" / "schedules.db"
    with daemon_of(home):
        time.sleep(seconds)
    with dg.DagsterInstance.get() as instance:
        states = instance.all_instigator_state()
        ticks = [t for s in states for t in instance.get_ticks(s.instigator_origin_id, s.selector_id)]
        before = path.stat().st_size
        for tick in ticks * _TIMES:
            instance.create_tick(tick.tick_data)
    return len(ticks), (path.stat().st_size - before) / max(1, len(ticks) * _TIMES)


def _tidied(home: Home) -> None:
    import dagster as dg

    from assets.tidy import Retention
    from orchestration.tidy import tidy

    later = clock.instant() + timedelta(days=400)
    with dg.DagsterInstance.get() as instance, mock.patch.object(clock, "instant", lambda: later):
        tidy(home, instance, Retention(30))


def _minus(these: Counter[str], those: Counter[str]) -> Counter[str]:
    return Counter({name: these[name] - those[name] for name in these | those})


def _print(batches: int, first: Counter[str], last: Counter[str], tidied: Counter[str]) -> None:
    grown, stays = _minus(last, first), _minus(tidied, first)
    print(f"{batches} batches of one report each; MB by {THOUSAND:,} batches, and what is left when all of it is past")
    print(f"{'folder':<12}{'before tidy':>12}{'after tidy':>12}{'ratio':>8}")
    for name in sorted(grown, key=grown.__getitem__, reverse=True):
        then, now = (max(0, each[name]) / batches * THOUSAND / 1e6 for each in (grown, stays))
        ratio = f"{now / then:.2f}" if then else "-"
        print(f"{name + '/':<12}{then:>12.1f}{now:>12.1f}{ratio:>8}")
    each, kept = grown["dagster"] / batches, max(0, stays["dagster"]) / batches
    in_a_year = DAYS * A_DAY
    with_tidy = 30 * A_DAY * each + (in_a_year - 30 * A_DAY) * kept
    print(f"dagster/ by batch: {each / 1e6:.2f} MB, of the trial's {BEFORE / 1e6:.2f} MB {each / BEFORE:.0%}")
    print(
        f"dagster/ after a year of {A_DAY} batches a day: {in_a_year * each / 1e9:.2f} GB, with a tidy each week "
        f"{with_tidy / 1e9:.2f} GB ({with_tidy / in_a_year / BEFORE:.1%} of {in_a_year * BEFORE / 1e9:.1f} GB, the trial's)"
    )


def _print_ticks(ticks: int, size: float) -> None:
    from orchestration.definitions import defs

    a_day = sum(86_400 / (sensor.minimum_interval_seconds or 30) for sensor in defs.sensors or ())
    kept = a_day * TICK_DAYS * size
    print(
        f"ticks: {ticks} of {size:,.0f} bytes; the daemon keeps {TICK_DAYS} day of those that skip: {kept / 1e6:.0f} MB"
    )


if __name__ == "__main__":
    os.environ.pop("DANVAN_INBOX", None)
    main()
