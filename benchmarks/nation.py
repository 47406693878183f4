"""A year of a nation: from the full inbox to the published file and every receipt; and how the last of several years compares.

Usage: .venv/bin/python -m benchmarks.nation [--units 52000] [--years 1]. Each unit sends one yearly report: xlsx, a tenth csv, a
twentieth json; two thirds are small, one third has some 60 rows. 2 % have a planted defect. Unless every file is accounted for,
each planted defect is found and nothing else is rejected, nothing was measured and the program says why.
Does not belong here: making the files (nation_files), what a floor would take (benchmarks.ingest).
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from assets.progress import reporting_to
from benchmarks.ingest import PROCESSES, PeakMemory, Steps, processor_seconds, warm_up
from benchmarks.nation_files import Sent, make_register, make_year
from orchestration.run import run_ingest
from warehouse.catalog import open_published
from warehouse.home import Home

FIRST_YEAR = 2016


@dataclass(frozen=True, slots=True)
class Taken:
    """What a year cost: seconds by the clock and of processor (``processor_seconds``), bytes at the most, seconds by step."""

    year: int
    seconds: float
    processor: float
    memory: int
    steps: dict[str, float]


def main() -> None:
    """Take the years one after the other into one home and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--units", type=int, default=52_000)
    parser.add_argument("--years", type=int, default=1)
    parser.add_argument("--small", action="store_true", help="small reports only")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="danvan-nation-") as scratch:
        home = Home(Path(scratch) / "home")
        home.create()
        register = make_register(Path(scratch) / "register", arguments.units)
        warm_up(home, register)
        years = []
        for year in range(FIRST_YEAR, FIRST_YEAR + arguments.years):
            with _said(f"making the files of {year}"):
                sent = make_year(home.inbox, arguments.units, year, only_small=arguments.small)
            years.append(_take(home, year))
            _check(home, year, sent)
            _print(years[-1], sent)
        if len(years) > 1:
            print(f"year {len(years)} took {years[-1].seconds / years[0].seconds:.2f} times the first (goal 1.2)")


def _take(home: Home, year: int) -> Taken:
    steps, began, worked = Steps(), time.perf_counter(), processor_seconds()
    with PeakMemory() as memory, reporting_to(steps):
        run_ingest(home, PROCESSES)
    return Taken(year, time.perf_counter() - began, processor_seconds() - worked, memory.peak, steps.close())


def _check(home: Home, year: int, sent: Sent) -> None:
    """Exit with a message unless the warehouse says of every file what was made of it."""
    with open_published(home) as con:
        verdicts = dict(
            con.execute(
                "SELECT file_name, verdict FROM intake.submission WHERE regexp_matches(file_name, ?)",
                [f"_{year}-Y[.]"],
            ).fetchall()
        )
        found = con.execute(
            "SELECT s.file_name, f.code FROM intake.finding f JOIN intake.submission s USING (submission_id) "
            "WHERE regexp_matches(s.file_name, ?) AND f.code IN (SELECT unnest(?))",
            [f"_{year}-Y[.]", sorted(set(sent.planted.values()))],
        ).fetchall()
    said = {
        "files without a verdict": sent.files.keys() ^ verdicts.keys(),
        "verdicts that are not as planted": {n for n, v in verdicts.items() if v != sent.files.get(n)},
        "planted defects that are not found, or found elsewhere": set(sent.planted.items()) ^ set(found),
        "files left in the inbox": {p.name for p in home.inbox.iterdir() if p.is_file()},
    }
    receipts = sum(1 for p in home.receipts.iterdir() if p.suffix == ".json") - 1  # the register's
    if receipts != len(sent.files) * (year - FIRST_YEAR + 1):
        said["receipts, and not one for each file"] = {str(receipts)}
    if wrong := {what: some for what, some in said.items() if some}:
        told = "; ".join(f"{len(some)} {what} {sorted(map(str, some))[:3]}" for what, some in wrong.items())
        raise SystemExit(f"not measured: {told}")


def _print(taken: Taken, sent: Sent) -> None:
    files = len(sent.files)
    print(
        f"{taken.year}: {files} files ({len(sent.planted)} with a defect) in {taken.seconds:.0f} s = {files / taken.seconds:.0f} a "
        f"second, every receipt included; {taken.processor:.0f} s of processor, {taken.memory / 2**30:.2f} GiB in all processes"
    )
    for step, spent in sorted(taken.steps.items(), key=lambda s: -s[1]):
        if spent > taken.seconds / 100:
            print(f"  {step:<18} {spent:7.1f} s  {spent / taken.seconds:5.1%}")


@contextmanager
def _said(what: str) -> Iterator[None]:
    began = time.perf_counter()
    yield
    print(f"({what}: {time.perf_counter() - began:.0f} s, not measured)", flush=True)


if __name__ == "__main__":
    main()
