"""Ingest as users run it, the whole Dagster job, measured against its floor in one run; and a batch of one file, warm.

The floor is what no pipeline of this kind can go below: unzip every workbook, parse it with calamine and load the cells
with one hand-written DuckDB statement - on as many processes, without guard, archive, validation, findings or
publishing. Run: .venv/bin/python -m benchmarks.ingest --files 5000
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
import threading
import time
import zipfile
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from assets.progress import reporting_to
from benchmarks.burst import check_burst, make_burst
from orchestration.run import run_ingest
from warehouse.catalog import open_published
from warehouse.home import Home

PROCESSES = 2


def parse_raw(path: Path) -> list[tuple[str, str, int, int, str]]:
    """The floor's share of a child: unzip, parse, flatten."""
    import python_calamine

    with zipfile.ZipFile(path) as parts:
        for name in parts.namelist():
            parts.read(name)
    book = python_calamine.CalamineWorkbook.from_path(str(path))
    return [
        (path.name, name, r, c, str(value))
        for name in book.sheet_names
        for r, row in enumerate(book.get_sheet_by_name(name).to_python())
        for c, value in enumerate(row)
        if value != ""
    ]


def floor(files: list[Path], folder: Path) -> float:
    """Seconds of the floor."""
    import duckdb
    import pyarrow as pa

    begin = time.perf_counter()
    with ProcessPoolExecutor(PROCESSES, get_context("spawn")) as pool:
        cells = [cell for found in pool.map(parse_raw, files, chunksize=64) for cell in found]
    columns = [pa.array(c) for c in zip(*cells, strict=True)]
    table = pa.table(columns, names=["file", "sheet", "row", "col", "value"])
    with duckdb.connect(str(folder / "floor.duckdb")) as con:
        con.register("cells", table)
        con.execute("CREATE TABLE cell AS SELECT * FROM cells")
    return time.perf_counter() - begin


class Steps:
    """Seconds by step, from the pipeline's own reports."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._step, self._since = "start", time.perf_counter()

    def __call__(self, step: str, _done: int, _total: int) -> None:
        """Close the step before when another begins."""
        if step != self._step:
            now = time.perf_counter()
            self.seconds[self._step] = self.seconds.get(self._step, 0.0) + now - self._since
            self._step, self._since = step, now

    def close(self) -> dict[str, float]:
        """Return the seconds of every step."""
        self("end", 0, 0)
        return self.seconds


class PeakMemory:
    """Peak memory of this process and all that it has started together; what they share counts once."""

    def __init__(self) -> None:
        self.peak = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> PeakMemory:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(0.25):
            self.peak = max(self.peak, _in_use())


def processor_seconds() -> float:
    """Seconds of processor that this process has used, and those of its children that have ended."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def _in_use() -> int:
    """Proportional set size of this process and its descendants, bytes."""
    parents: dict[int, int] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
    ours = {os.getpid()}
    while more := {pid for pid, parent in parents.items() if parent in ours} - ours:
        ours |= more
    total = 0
    for pid in ours:
        with suppress(OSError):
            said = Path(f"/proc/{pid}/smaps_rollup").read_text()
            total += int(said.partition("\nPss:")[2].split()[0]) << 10
    return total


def measure(files: list[Path], folder: Path) -> dict[str, Any]:
    """Ingest ``files`` into a fresh home and return what it took."""
    home = Home(folder / "home")
    home.create()
    warm_up(home, files[0])
    for file in files[1:]:
        shutil.copy(file, home.inbox / file.name)
    steps = Steps()
    begin = time.perf_counter()
    with PeakMemory() as memory, reporting_to(steps):
        row = run_ingest(home, PROCESSES)
    seconds = time.perf_counter() - begin
    by_step = steps.close()
    check_burst(home, files)
    with open_published(home) as con:
        rows = con.execute("SELECT sum(data_count) FROM intake.row_count").fetchall()[0][0]
        findings = con.execute("SELECT count(*) FROM intake.finding").fetchall()[0][0]
    return {
        "receipts": len(list(home.receipts.glob("*.json"))),
        "home": home,
        "row": row,
        "seconds": seconds,
        "steps": by_step,
        "memory": memory.peak,
        "rows": int(rows),
        "findings": int(findings),
    }


def warm_up(home: Home, register: Path) -> None:
    """Take the register in a batch of its own: from then on libraries are imported and suites compiled."""
    shutil.copy(register, home.inbox / register.name)
    run_ingest(home, PROCESSES)


def one_file(home: Home, folder: Path) -> list[dict[str, float]]:
    """Seconds by step of batches of one file in this warm process, into the full warehouse; fastest first."""
    out = []
    for n in range(7):
        (file,) = make_single(folder, n)
        shutil.copy(file, home.inbox / file.name)
        steps = Steps()
        with reporting_to(steps):
            row = run_ingest(home, PROCESSES)
        if row["accepted"] != 1:
            raise SystemExit(f"not measured: {file.name} was not accepted")
        out.append(steps.close())
    return sorted(out, key=lambda s: sum(s.values()))


def make_single(folder: Path, n: int) -> list[Path]:
    """A yearly report that the warehouse does not have yet."""
    from datetime import date

    from assets.sample.files import write_report
    from assets.sample.register import unit_on
    from assets.sample.report import unit_report

    unit = unit_on(104 + n, date(2024, 12, 31))
    assert unit is not None
    return [write_report(folder / "single", unit_report(7, unit, "2024-Y"), 7)]


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=5000)
    parser.add_argument("--corpus", type=Path, default=Path(tempfile.gettempdir()) / "danvan-burst")
    arguments = parser.parse_args()
    files = make_burst(arguments.corpus, arguments.files)
    with tempfile.TemporaryDirectory(prefix="danvan-bench-") as scratch:
        folder = Path(scratch)
        m = measure(files, folder)
        base = floor(files, folder)
        singles = one_file(m["home"], folder)
    count, seconds, row = len(files) - 1, m["seconds"], m["row"]
    print(f"files            {count} ({row['accepted']} accepted, {row['rejected']} rejected), {PROCESSES} processes")
    rows, speed = m["rows"], count / seconds
    print(f"ingest           {seconds:.1f} s  = {speed:.0f} files/s, {rows / seconds:.0f} rows/s")
    print(
        f"                 {rows} rows, {m['findings']} findings, {m['receipts']} receipts; validation and publishing included"
    )
    print(f"peak memory      {m['memory'] / 2**30:.2f} GiB, children included")
    print(f"floor            {base:.1f} s  = {count / base:.0f} files/s (unzip + calamine + one DuckDB load)")
    print(f"ratio to floor   {seconds / base:.2f}")
    middle = singles[len(singles) // 2]
    total = sum(middle.values())
    print(f"one file, warm   {sum(singles[0].values()):.2f} s best, {total:.2f} s median of {len(singles)}")
    print("where the time goes          of the burst     of one file")
    for step, spent in sorted(m["steps"].items(), key=lambda s: -s[1]):
        one = middle.get(step, 0.0)
        print(f"  {step:<18} {spent:6.2f} s  {spent / seconds:5.1%}   {one:5.2f} s  {one / total:5.1%}")


if __name__ == "__main__":
    main()
