"""Hostile files: what each does to `danvan check`, beside an honest one of its format and an honest one that it must not harm.

Usage: python -m benchmarks.hostile [--cheap] [--only NAME]. Prints of each file the answer, wall and processor seconds and the
memory of the largest process, as ratios to the plain file; then one `danvan ingest` of all of them, in a home of its own. Ends
with 1 when an answer is not the right one, an honest file was harmed, or a file costs more than LIMITS. Does not belong here:
the files (benchmarks.hostile_files).
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from assets.sample.files import write_report
from assets.sample.plan import planned_reports
from assets.sample.report import register_report
from benchmarks.hostile_files import HOSTILE, Hostile

REPO = Path(__file__).parents[1]
SEED = 2013
ODS = REPO / "tests" / "cases" / "82h-ods.ods"
#: processor seconds of a command, and megabytes of its largest process: a suspect is tried twice, 20 s and 2 GB each time
LIMITS = (60.0, 2200.0)


@dataclass(frozen=True, slots=True)
class Spent:
    """What a command cost with all that it waited for: wall and processor seconds, megabytes of the largest process."""

    wall: float
    cpu: float
    memory: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """One hostile file: what was said of it, what that cost, and what is wrong with it."""

    file: Hostile
    verdict: str
    codes: tuple[str, ...]
    spent: Spent
    wrong: str


def main() -> int:
    """Make the files, run each, print; returns 1 when something is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cheap", action="store_true", help="only those that a test runs too")
    parser.add_argument("--only", default="", help="only those whose name holds this")
    arguments = parser.parse_args()
    chosen = [h for h in HOSTILE if arguments.only in h.name and (h.cheap or not arguments.cheap)]
    with tempfile.TemporaryDirectory(prefix="danvan-hostile-") as folder:
        place = Place(Path(folder))
        place.check(
            [*place.plain.values(), place.honest]
        )  # suites are compiled once: none of those compared pays for it
        base = {kind: place.check([file])[1] for kind, file in place.plain.items()}
        outcomes = [_shown(place.run(file), base[file.format]) for file in chosen]
        wrong = [o for o in outcomes if o.wrong] + place.take_all(outcomes)
    print(f"{len(outcomes)} hostile files, {len(wrong)} wrong")
    return 1 if wrong else 0


class Place:
    """A home that knows the units, honest files of each format, and the hostile ones as they are made."""

    def __init__(self, folder: Path) -> None:
        self.home, self.files = folder / "home", folder / "files"
        self.files.mkdir()
        self.plain, self.honest = honest_files(folder)
        self._danvan("init")
        shutil.copy(write_report(folder / "r", register_report(), SEED), self.home / "inbox")
        self._danvan("ingest")

    def run(self, file: Hostile) -> Outcome:
        """Check a hostile file together with an honest one."""
        path = self.files / file.name
        file.make({kind: p.read_bytes() for kind, p in self.plain.items()}, path)
        checked, spent = self.check([path, self.honest])
        found, honest = checked
        codes = tuple(sorted({f["code"] for f in found["findings"] if f["severity"] == "error"}))
        outcome = Outcome(file, found["verdict"], codes, spent, "")
        return replace(outcome, wrong=_wrong(outcome, honest["verdict"]))

    def check(self, paths: Sequence[Path]) -> tuple[list[dict[str, Any]], Spent]:
        """Return what `danvan check` says, and what it cost."""
        out, spent = self._danvan("check", *map(str, paths), "--json")
        return json.loads(out), spent

    def take_all(self, outcomes: Sequence[Outcome]) -> list[Outcome]:
        """Take all files at once; return those whose verdict is another one then, or that have no receipt."""
        for path in (*self.files.iterdir(), self.honest):
            path.rename(self.home / "inbox" / path.name)
        _, spent = self._danvan("ingest")
        told = json.loads(self._danvan("sql", "FROM intake.submission", "--format", "json")[0])
        verdicts = {row["byte_size"]: row["verdict"] for row in told}
        receipts = {p.stem for p in (self.home / "receipts").glob("*.json")}
        print(
            f"all in one batch: {spent.wall:.0f} s, {spent.cpu:.0f} s of processor, {spent.memory:.0f} MB; {len(told)} files"
        )
        left = [p.name for p in (self.home / "inbox").rglob("*") if p.is_file()]
        if left or {row["submission_id"] for row in told} - receipts or "accepted" not in verdicts.values():
            return [replace(outcomes[0], wrong=f"left in the inbox {left}, or without a receipt")]
        return []

    def _danvan(self, *arguments: str) -> tuple[bytes, Spent]:
        command = [str(Path(sys.executable).with_name("danvan")), *arguments]
        start = time.perf_counter()
        with tempfile.TemporaryFile() as out:
            process = subprocess.Popen(
                command, stdout=out, stderr=subprocess.DEVNULL, env={**os.environ, "DANVAN_HOME": str(self.home)}
            )
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            out.seek(0)
            content = out.read()
        if process.returncode not in (0, 3):
            raise SystemExit(f"danvan {' '.join(arguments)} ended with {process.returncode}")
        return content, Spent(time.perf_counter() - start, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def honest_files(folder: Path) -> tuple[dict[str, Path], Path]:
    """Write an honest report in each format, and one of another unit; returns the first by format, and the other."""
    honest = {r.key: r for r in planned_reports(SEED)}
    report = honest["DV004", "2024-Y"]
    formats = {
        "xlsx": replace(report, look="template"),
        "csv": replace(report, look="csv"),
        "json": replace(report, look="json"),
    }
    plain = {
        kind: write_report(folder / kind, made, SEED).rename(folder / f"plain.{kind}") for kind, made in formats.items()
    }
    plain["ods"] = Path(shutil.copy(ODS, folder / "plain.ods"))
    other = write_report(folder / "other", honest["DV005", "2024-Y"], SEED)
    return plain, other.rename(folder / "honest.xlsx")


def _wrong(found: Outcome, honest: str) -> str:
    right = found.file.right
    if right not in (found.verdict, *found.codes):
        return f"{right} is right"
    if honest != "accepted":
        return "the honest file beside it was rejected"
    over = [
        name
        for name, n, most in zip(("seconds", "MB"), (found.spent.cpu, found.spent.memory), LIMITS, strict=True)
        if n > most
    ]
    return f"too many {', '.join(over)}" if over else ""


def _shown(found: Outcome, base: Spent) -> Outcome:
    spent, codes = found.spent, ", ".join(found.codes[:3]) + (" ..." if len(found.codes) > 3 else "")
    name = found.file.name.encode("unicode_escape").decode()[:44]
    cost = f"{spent.wall:6.1f} s {spent.cpu:6.1f} s cpu ({spent.cpu / base.cpu:5.1f}x) {spent.memory:5.0f} MB"
    print(
        f"{name:44} {found.verdict:9} {codes:28} {cost} ({spent.memory / base.memory:4.1f}x) {found.wrong}", flush=True
    )
    return found


if __name__ == "__main__":
    sys.exit(main())
