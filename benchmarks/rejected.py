"""Receipts of a mass rejection: reports whose units no register knows, since it came late.

Usage: python -m benchmarks.rejected [--files 1000]. Takes a minute or two, most of it for making and taking the workbooks. Every
file must have been rejected for its unit code and nothing else, and its receipt must say cell and remedy, in JSON, on the page
and in the outbox, with no workbook beside it; else nothing was measured and the program says why.
Does not belong here: reading and judging (benchmarks.ingest).
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
import time
from pathlib import Path

from assets.ingest import release, take_inbox
from assets.receipt import write_receipts
from assets.receipt.outbox import outbox_path
from assets.receipt.record import records
from benchmarks.burst import make_burst
from benchmarks.ingest import processor_seconds
from warehouse.catalog import open_published
from warehouse.home import Home

CODE, CELL = "S-UNIT-UNKNOWN", "B13"
PROCESSES = 2


def main() -> None:
    """Take the workbooks without their register, write the receipts, look at each and print the rate."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--burst", type=Path, default=Path(tempfile.gettempdir()) / "danvan-burst")
    arguments = parser.parse_args()
    made = make_burst(arguments.burst, arguments.files * 4 // 3)[1:]
    files = [f for f in made if not f.stem.endswith("Q2")]  # some have a finding of their own, at a cell of a table
    with tempfile.TemporaryDirectory(prefix="danvan-rejected-") as folder:
        home = Home(Path(folder))
        home.create()
        for file in files:
            shutil.copy(file, home.inbox)
        take_inbox(home)
        release(home)
        began, worked = time.perf_counter(), processor_seconds()
        written = write_receipts(home, PROCESSES).written
        seconds, worked = time.perf_counter() - began, processor_seconds() - worked
        check(home, files)
    print(f"{written} receipts of the cover alone in {seconds:.2f} s: {written / seconds:.0f} a second (goal 150); "
          f"{1000 * worked / written:.2f} ms of processor each")  # fmt: skip


def check(home: Home, files: list[Path]) -> None:
    """Exit with a message unless every file has its one receipt, which says which cell and how to mend it."""
    with open_published(home) as con:
        rows = con.execute(
            "SELECT submission_id, file_name FROM intake.submission WHERE verdict = 'rejected'"
        ).fetchall()
        told = records(con, [i for i, _ in rows])
    wrong = {f.name for f in files} ^ {name for _, name in rows}
    wrong |= {r.file_name for r in told if not _is_whole(home, r.submission_id, outbox_path(home, r, ".html"))}
    wrong |= {str(p) for p in (*home.receipts.iterdir(), *home.outbox.rglob("*")) if p.suffix == ".xlsx"}
    if wrong or len(rows) != len(files):
        raise SystemExit(f"not measured: {len(wrong)} files are not as they must be {sorted(wrong)[:3]}")


def _is_whole(home: Home, submission_id: str, copy: Path) -> bool:
    page = home.receipts / f"{submission_id}.html"
    receipt = json.loads((home.receipts / f"{submission_id}.json").read_bytes())
    errors = [f for f in receipt["findings"] if f["severity"] != "info"]
    if [(f["code"], f["cell"]) for f in errors] != [(CODE, CELL)] or not page.samefile(copy):
        return False
    text = page.read_text(encoding="utf-8")
    return all(told in text for told in (CELL, errors[0]["remedy"], errors[0]["found"]))


if __name__ == "__main__":
    main()
