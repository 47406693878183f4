"""Verify: a bit that changed anywhere in what a home keeps is found, and a home that is well has no difference."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from assets.verify import verify
from tests.conftest import Make
from tests.support import clean_rows, copy_home, put, query, report_of, take_and_answer
from warehouse.catalog import open_build, writer_lock
from warehouse.home import Home
from warehouse.senders import Senders, set_senders


@pytest.fixture(scope="module")
def kept(registered: Home, once: Make) -> Home:
    """A home with reports accepted and rejected, a duplicate, one too large, notes of how they came, and receipts with workbooks."""

    def fill(folder: Path) -> None:
        home = copy_home(registered, folder)
        set_senders(home, Senders("unit"))
        wrong = clean_rows(2024)
        wrong["training"][0]["attendee_count"] = "nhiều"
        stock = put(folder / "stock", report_of(104, "2024-Y", clean_rows(2024)), report_of(105, "2024-Y", wrong))
        (path, _) = (p.rename(home.inbox / p.name) for p in stock)
        content = path.read_bytes()
        (home.inbox / "lon.csv").write_bytes(b"a;b\n" * (6 << 20))
        take_and_answer(home)
        (home.inbox / "again.xlsx").write_bytes(content)
        take_and_answer(home)

    return Home(once("kept", fill) / "home")


def _files(home: Home) -> list[Path]:
    folders = (home.archive, home.build.parent, home.published, home.receipts)
    return sorted(p for f in folders for p in f.rglob("*") if p.is_file() and p.stat().st_size)


def _undetected(home: Home, places: int, seed: int) -> list[tuple[Path, int]]:
    """Flip one bit at so many random places, of each file at least one, one after the other; return those not found."""
    rng = random.Random(seed)
    files = [p for p in _files(home) if "release-000001" not in p.parts]  # the release before the last is nobody's
    newest = sorted((home.published / "parquet").iterdir())[-1]
    files = [p for p in files if "parquet" not in p.parts or newest in p.parents]
    chosen = files * (places // len(files)) + rng.sample(files, places % len(files))
    missed = []
    for path in chosen:
        content = path.read_bytes()
        bit = rng.randrange(len(content) * 8)
        path.chmod(0o640)
        with path.open("r+b") as out:
            out.seek(bit // 8)
            out.write(bytes([content[bit // 8] ^ 1 << bit % 8]))
        if not verify(home).differences:
            missed.append((path, bit))
        path.write_bytes(content)
    assert verify(home).differences == [], "what was put back is well again"
    return missed


def test_a_home_that_is_well_has_no_difference(kept: Home, demo: Home, registered: Home) -> None:
    for home, nothing_of in ((kept, set()), (demo, {"notes"}), (registered, {"notes"})):
        result = verify(home)
        assert result.differences == []
        assert {what for what, count in result.checked.items() if not count} == nothing_of


def test_one_bit_of_a_file_of_each_kind_is_found(kept: Home, tmp_path: Path) -> None:
    home = copy_home(kept, tmp_path)
    assert _undetected(home, 40, seed=1) == []


@pytest.mark.slow
def test_one_bit_at_two_hundred_more_places_is_found(kept: Home, tmp_path: Path) -> None:
    home = copy_home(kept, tmp_path)
    assert _undetected(home, 200, seed=2) == []


def test_each_part_that_is_missing_or_changed_is_named_by_its_code(kept: Home, tmp_path: Path) -> None:
    ((sha256,),) = query(kept, "SELECT sha256 FROM intake.submission WHERE unit_code = 'DV004'")
    for n, (code, place) in enumerate(
        {
            "HOME-ARCHIVE-DAMAGED": f"archive/{str(sha256)[:2]}/{sha256}",
            "HOME-BUILD-MISSING": "build/danvan.duckdb",
            "HOME-PUBLISHED-CHANGED": "published/data_dictionary.csv",
            "HOME-MANIFEST-DIFFERS": "published/manifest.json",
            "HOME-RECEIPT-DIFFERS": f"receipts/{str(sha256)[:16]}.json",
        }.items()
    ):
        home = copy_home(kept, tmp_path / str(n))
        (home.root / place).unlink()
        assert [d.code for d in verify(home).differences] == [code]


def test_rows_that_somebody_changed_in_both_databases_are_found(kept: Home, tmp_path: Path) -> None:
    home = copy_home(kept, tmp_path)
    with writer_lock(home), open_build(home) as con:
        con.execute("UPDATE core.fact_training SET attendee_count = attendee_count + 1")
        con.execute("UPDATE intake.submission SET verdict = 'accepted'")
        con.execute("CHECKPOINT")
    home.database.write_bytes(home.build.read_bytes())
    codes = {d.code for d in verify(home).differences}
    assert {"HOME-TABLE-CHANGED", "HOME-LEDGER-CHANGED", "HOME-PUBLISHED-CHANGED"} <= codes
