"""What the fuzz run asks of any file, asked of the cases and of some changed ones; and that a broken promise would be seen."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from assets.intake.grid import RawFile
from assets.intake.read import read_file
from benchmarks import fuzz_hold
from benchmarks.fuzz_mutate import mutated
from tests.support import REPO

CASES = sorted(p for p in (REPO / "tests/cases").iterdir() if p.suffix != ".yaml")


def test_all_holds_of_the_cases_and_of_changed_ones(tmp_path: Path) -> None:
    read = [fuzz_hold.file_holds(path) for path in CASES]
    assert 0 < sum(read) < len(CASES)
    changed = tmp_path / "changed"
    for n, path in enumerate(CASES):
        changed.write_bytes(mutated(path.read_bytes(), path.suffix[1:], Random(n), lambda body, most: body[1:most]))
        fuzz_hold.file_holds(changed)


def test_values_of_any_cell_are_read_back() -> None:
    for n in range(400):
        chance = Random(n)
        fuzz_hold.cell_holds(
            bytes([n % 256, chance.choice(b"snjd")]) + mutated(b"30/8/2013;99,4%", "csv", chance, _half)
        )


@pytest.mark.parametrize("name", ["15-float-noise-up.xlsx", "53c-json-noise.json"])
def test_a_cell_that_a_reader_loses_would_be_seen(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fuzz_hold, "read_file", _losing)
    with pytest.raises(AssertionError, match=r"lost \[|values placed"):
        fuzz_hold.file_holds(REPO / "tests/cases" / name)


def _losing(path: Path, name: str) -> RawFile:
    raw = read_file(path, name)
    last = raw.sheets[1]
    return replace(raw, sheets=[raw.sheets[0], replace(last, rows=last.rows[:-1]), *raw.sheets[2:]])


def _half(body: bytes, most: int) -> bytes:
    return body[: len(body) // 2][:most]
