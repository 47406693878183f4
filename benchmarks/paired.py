"""The same files through the whole job of this checkout and of another one, in turns: bursts, and batches of one file, warm.

Run: .venv/bin/python -m benchmarks.paired --against ../danvan-0.1.0 --files 1000. Prints medians of wall and CPU seconds
(children included) and their ratios. Each checkout runs in its own environment, ``.venv``. Does not belong here: where the
time goes (benchmarks.ingest).
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.burst import REPO, make_burst
from benchmarks.ingest import make_single

#: run in both checkouts, so it knows no more than both have; 0.1.0 asks for the inbox's folder, too
CHILD = """
import inspect, json, os, shutil, sys, time
from pathlib import Path
from orchestration.run import run_ingest
from warehouse.home import Home

home, (register, *files), singles = Home(Path(sys.argv[1])), *json.loads(sys.stdin.read())
home.create()
more = {"folder": None} if "folder" in inspect.signature(run_ingest).parameters else {}

def taken(paths):
    for path in paths:
        shutil.copy(path, home.inbox)
    wall, cpu = time.perf_counter(), sum(os.times()[:4])
    row = run_ingest(home, processes=2, **more)
    spent = time.perf_counter() - wall, sum(os.times()[:4]) - cpu
    if row["accepted"] != len(paths):
        sys.exit(f"not measured: {row['accepted']} of {len(paths)} files accepted in {os.getcwd()}")
    return spent

taken([register])
print(json.dumps({"burst": taken(files), "one file": min((taken([s]) for s in singles), key=lambda t: t[1])}))
"""


def main() -> None:
    """Measure both in turns and print the pairs' medians and ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--against", type=Path, required=True)
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--corpus", type=Path, default=Path(tempfile.gettempdir()) / "danvan-burst")
    arguments = parser.parse_args()
    files = make_burst(arguments.corpus, arguments.files)
    checkouts = {"this": REPO, "other": arguments.against.resolve()}
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in checkouts}
    with tempfile.TemporaryDirectory(prefix="danvan-paired-") as scratch:
        singles = [path for n in range(5) for path in make_single(Path(scratch) / str(n), n)]
        for n in range(arguments.rounds):
            for name, checkout in checkouts.items():
                found[name].append(measured(checkout, Path(scratch) / f"{name}-{n}", files, singles))
    print(f"{arguments.files} files, {arguments.rounds} rounds; seconds: this, other, this over other")
    for what in ("burst", "one file"):
        for i, kind in enumerate(("wall", "CPU")):
            own, other = (statistics.median(r[what][i] for r in found[name]) for name in checkouts)
            print(f"{what:<9} {kind:<4} {own:7.2f} {other:7.2f}   {own / other:.2f}x")


def measured(checkout: Path, home: Path, files: list[Path], singles: list[Path]) -> dict[str, Any]:
    """Return (wall, CPU) seconds of the burst and of the quickest single file in ``checkout``. Exits when it fails."""
    sent = json.dumps([[str(f) for f in found] for found in (files, singles)])
    done = subprocess.run(
        [checkout / ".venv/bin/python", "-c", CHILD, str(home)],
        cwd=checkout, input=sent, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(f"{checkout}:\n{done.stderr[-2000:]}")
    out: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return out


if __name__ == "__main__":
    main()
