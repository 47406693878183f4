"""A coverage-guided fuzz run over the guard, the readers, the finder of headers and the kinds of cells.

Needs atheris (Python 3.11, Linux), which is no part of the environment:
    pip install --target build/atheris atheris
    PYTHONPATH=build/atheris nice -n 19 .venv/bin/python -m benchmarks.fuzz xlsx --seconds 600
Targets: xlsx, ods, csv, json, cells. Seeds are the files of tests/cases and some reports of the sample corpus; inputs that reach
something new are kept in build/fuzz/<target>/corpus, and the next run begins with them. What does not hold is kept in
build/fuzz/<target>/found, one input for each place and kind, and the run goes on.
Does not belong here: how inputs are changed (fuzz_mutate), what must hold (fuzz_hold).
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
import traceback
from dataclasses import replace
from pathlib import Path

import atheris

from benchmarks.fuzz_mutate import mutated

with atheris.instrument_imports(include=["assets.intake", "warehouse.cells"]):
    from benchmarks.fuzz_hold import cell_holds, file_holds

REPO = Path(__file__).parents[1]
SEED = 2013
TARGETS = ("xlsx", "ods", "csv", "json", "cells")
#: units whose reports on 2024 are seeds
UNITS = ("DV004", "DV005", "DV009")
#: looks of the sample that are files of a target
LOOKS = {"xlsx": ("template", "foreign"), "csv": ("csv",), "json": ("json",)}
#: what stands behind the number of the kind in a seed of the target cells
CELLS = (
    "s1.122/1.200 đ/c",
    "skhoảng 1,5 triệu",
    "sđạt 99,4%",
    "sngày 30/8/2013 17:05",
    "s32-CTr/TU, ngày 30/8/2013",
    "skhông",
    "n1234567",
    "j40.5",
    "d1234",
)
#: processor seconds of one input, while every branch is counted
SLOW = 20.0


class Run:
    """One run: the target's inputs are tried, what does not hold is kept by its place."""

    def __init__(self, target: str, folder: Path) -> None:
        self.target, self.found = target, folder / "found"
        self.found.mkdir(parents=True, exist_ok=True)
        self.tried, self.places = 0, set[str]()
        self._path = Path(tempfile.mkdtemp(prefix="danvan-fuzz-")) / f"a.{target}"

    def one(self, content: bytes) -> None:
        """Try one input."""
        self.tried += 1
        start = time.process_time()
        try:
            if self.target == "cells":
                cell_holds(content)
            else:
                self._path.write_bytes(content)
                file_holds(self._path)
            if time.process_time() - start > SLOW:
                raise TimeoutError(f"more than {SLOW:.0f} s")
        except BaseException as e:  # a parser in another language panics with no Exception
            if isinstance(e, KeyboardInterrupt | SystemExit):
                raise
            self._keep(content, e)

    def _keep(self, content: bytes, error: BaseException) -> None:
        frames = [f for f in traceback.extract_tb(error.__traceback__) if str(REPO) in f.filename]
        place = f"{type(error).__name__}-{Path(frames[-1].filename).stem}-{frames[-1].lineno}"
        if place not in self.places:
            self.places.add(place)
            (self.found / f"{place}.{self.target}").write_bytes(content)
            print(f"FOUND {place}: {str(error)[:300]}", flush=True)


def seeds(target: str, corpus: Path) -> None:
    """Write the inputs that a run begins with."""
    from assets.sample.files import write_report
    from assets.sample.plan import planned_reports
    from warehouse.cells import cell_kinds

    corpus.mkdir(parents=True, exist_ok=True)
    if target == "cells":
        for n, text in enumerate(CELLS * len(cell_kinds())):
            (corpus / f"seed-{n}").write_bytes(bytes([n // len(CELLS)]) + text.encode())
        return
    for case in (REPO / "tests/cases").glob(f"*.{target}"):
        (corpus / case.name).write_bytes(case.read_bytes())
    reports = [r for r in planned_reports(SEED) if r.key[0] in UNITS and r.key[1] == "2024-Y"]
    with tempfile.TemporaryDirectory() as folder:
        for look in LOOKS.get(target, ()):
            for report in reports:
                path = write_report(Path(folder) / look, replace(report, look=look), SEED)  # type: ignore[arg-type]
                (corpus / f"{look}-{path.name}").write_bytes(path.read_bytes())


def main() -> None:
    """Run one target for some seconds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("--seconds", type=int, default=600)
    arguments = parser.parse_args()
    folder = REPO / "build" / "fuzz" / arguments.target
    seeds(arguments.target, folder / "corpus")
    run = Run(arguments.target, folder)

    def change(content: bytes, max_size: int, seed: int) -> bytes:
        return mutated(content, arguments.target, random.Random(seed), atheris.Mutate)[:max_size]

    limits = [
        f"-max_total_time={arguments.seconds}",
        f"-artifact_prefix={folder}/",
        "-max_len=200000",
        "-timeout=300",
        "-rss_limit_mb=3000",
    ]
    mutator = {} if arguments.target == "cells" else {"custom_mutator": change}
    atheris.Setup(["fuzz", str(folder / "corpus"), *limits, "-print_final_stats=1"], run.one, **mutator)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
