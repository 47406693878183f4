"""Verify: a bit that changed anywhere in what a home keeps is found, and a home that is well has no difference."""

from __future__ import annotations

import os
import random
from pathlib import Path

import duckdb
import pytest

from assets.ingest import close_year, release
from assets.receipt.batch import write_receipts
from assets.report.write import write_yearly_report
from assets.restore import restore
from assets.verify import verify
from expectations.gx.docs import build_docs
from tests.conftest import Make
from tests.support import clean_rows, copy_home, put, query, report_of, second_opinion, take, take_and_answer
from warehouse.catalog import open_build, writer_lock
from warehouse.damage import Source
from warehouse.home import Home
from warehouse.senders import Senders, set_senders

#: what verify leaves out, and why
OUTSIDE = {
    "inbox": "nobody's yet: it is hashed when it is taken",
    "dagster": "Dagster's own: runs and their logs, from which no figure comes",
    "senders.yaml": "the operator's own words, of which there is no second copy; `danvan senders` shows them",
    "metrics": "figures of a moment for a monitor, written anew each minute",
    "cache": "each statement says its own hash to who reads it, and is compiled again when that is wrong",
    "outbox/reminders": "messages to send, written anew each day",
    "outbox/alerts": "messages to send",
}


@pytest.fixture(scope="module")
def kept(registered: Home, once: Make) -> Home:
    """A home with reports accepted and rejected, a duplicate, one too large, notes of how they came, receipts with workbooks,
    a closed year, yearly reports, two releases' Parquet and Data Docs.
    """

    def fill(folder: Path) -> None:
        home = copy_home(registered, folder)
        set_senders(home, Senders("unit"))
        wrong = clean_rows(2024)
        wrong["training"][0]["attendee_count"] = "nhiều"
        stock = put(folder / "stock", report_of(104, "2024-Y", clean_rows(2024)), report_of(105, "2024-Y", wrong))
        (path, _) = (p.rename(home.inbox / p.name) for p in stock)
        content = path.read_bytes()
        (home.inbox / "lon.csv").write_bytes(b"a;b\n" * (6 << 20))
        with second_opinion(wanted=True):
            take_and_answer(home)
        (home.inbox / "again.xlsx").write_bytes(content)
        take_and_answer(home)
        build_docs(home.data_docs)
        close_year(home, 2024)
        release(home)
        for year in (2023, 2024):
            write_yearly_report(home, year, ("xlsx",))

    return Home(once("kept", fill) / "home")


def _files(home: Home) -> list[Path]:
    """All files of a home that hold something, but for those outside."""
    files = sorted(p for p in home.root.rglob("*") if p.is_file() and p.stat().st_size)
    return [p for p in files if not any(p.is_relative_to(home.root / place) for place in OUTSIDE)]


def _flipped(path: Path, rng: random.Random) -> int:
    """Flip one bit of a file; return which."""
    content = path.read_bytes()
    bit = rng.randrange(len(content) * 8)
    path.chmod(0o640)
    with path.open("r+b") as out:
        out.seek(bit // 8)
        out.write(bytes([content[bit // 8] ^ 1 << bit % 8]))
    return bit


def _missed(home: Home, path: Path, rng: random.Random) -> tuple[Path, int] | None:
    """Flip a bit of a file and put it back; return it unless it was found."""
    content = path.read_bytes()
    bit = _flipped(path, rng)
    found = verify(home).differences
    path.write_bytes(content)
    return None if found else (path, bit)


def _unnamed(home: Home, paths: list[Path], rng: random.Random) -> list[tuple[Path, int]]:
    """Flip a bit of each of these published files and put all back; return those that no difference names."""
    contents = {path: path.read_bytes() for path in paths}  # two names of one file are flipped at two bits
    bits = {path: _flipped(path, rng) for path in paths}
    named = {d.place for d in verify(home).differences if d.code == "HOME-PUBLISHED-CHANGED"}
    for path, content in contents.items():
        path.write_bytes(content)
    return [(path, bit) for path, bit in bits.items() if path.relative_to(home.published).as_posix() not in named]


def test_a_home_that_is_well_has_no_difference(kept: Home, demo: Home, registered: Home) -> None:
    nothing = {"notes", "Data Docs"}
    for home, nothing_of in ((kept, set()), (demo, nothing), (registered, nothing)):
        result = verify(home)
        assert result.differences == []
        assert {what for what, count in result.checked.items() if not count} == nothing_of


def test_one_bit_of_a_file_of_each_kind_is_found(kept: Home, tmp_path: Path) -> None:
    home = copy_home(kept, tmp_path)
    rng = random.Random(1)
    by_kind: dict[str, list[Path]] = {}
    for path in _files(home):
        inner = path.relative_to(home.root).parts
        by_kind.setdefault("/".join((*inner[: min(2, len(inner) - 1)], path.suffix)), []).append(path)
    assert len(by_kind) > 12, "folders and kinds of files"
    assert [missed for paths in by_kind.values() if (missed := _missed(home, rng.choice(paths), rng))] == []
    assert verify(home).differences == [], "what was put back is well again"


def test_parquet_of_which_a_bit_changed_is_named_each(kept: Home, tmp_path: Path) -> None:
    home = copy_home(kept, tmp_path)
    parquet = [p for p in _files(home) if p.suffix == ".parquet"]
    assert len(parquet) > 50
    assert _unnamed(home, parquet, random.Random(2)) == []
    assert verify(home).differences == [], "what was put back is well again"


@pytest.mark.skipif(
    "DANVAN_BITS" not in os.environ, reason="takes a minute for each bit: DANVAN_BITS=1 asks for one of every file"
)
def test_one_bit_of_every_other_file_is_found(kept: Home, tmp_path: Path) -> None:
    home = copy_home(kept, tmp_path)
    rng = random.Random(2)
    others = [p for p in _files(home) if p.suffix != ".parquet"] * int(os.environ["DANVAN_BITS"])
    assert [missed for path in others if (missed := _missed(home, path, rng))] == []


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


def test_a_home_of_another_version_is_named_and_ends_in_no_error_of_the_engine(kept: Home, tmp_path: Path) -> None:
    home = copy_home(kept, tmp_path)
    with duckdb.connect(str(home.database)) as con:
        con.execute("ALTER TABLE mart.issue_by_year DROP COLUMN reporter_level")
    with pytest.raises(duckdb.Error, match="reporter_level"):
        verify(home)
    with duckdb.connect(str(home.database)) as con:
        con.execute("UPDATE meta.bootstrap SET fingerprint = 'of an older version'")
    assert "HOME-OTHER-VERSION" in {d.code for d in verify(home).differences}


def test_what_a_release_before_and_a_report_were_is_known_after_the_next_batch(kept: Home, tmp_path: Path) -> None:
    """A hash is carried on, never worked out again: what changed at rest would be taken for what was made."""
    home = copy_home(kept, tmp_path)
    spoilt = [
        next(home.reports.glob("bao-cao-2023*")),
        *(home.published / "parquet").rglob("fact_training/**/*.parquet"),
    ][:2]
    spoilt.append(next(home.data_docs.rglob("results/**/*.json")))
    for path in spoilt:
        path.chmod(0o640)
        path.write_bytes(path.read_bytes()[:-1] + b"?")
    put(home.inbox / "DV006", report_of(106, "2023-Y", clean_rows(2023)))
    take(home)
    write_receipts(home)
    build_docs(home.data_docs)
    named = {(d.code, Path(d.place).name) for d in verify(home).differences}
    assert ("HOME-PUBLISHED-CHANGED", spoilt[0].name) in named
    assert ("HOME-PUBLISHED-CHANGED", spoilt[1].name) in named
    assert ("HOME-DOCS-CHANGED", spoilt[2].name) in named


def test_a_report_written_again_is_the_one_that_is_listed(kept: Home, tmp_path: Path) -> None:
    home = copy_home(kept, tmp_path)
    (report,) = home.reports.glob("bao-cao-2023*")
    report.write_bytes(b"other figures")
    assert [d.code for d in verify(home).differences] == ["HOME-PUBLISHED-CHANGED"]
    write_yearly_report(home, 2023, ("xlsx",))
    assert verify(home).differences == []


def test_parquet_that_changed_is_written_anew_from_build_and_reports_stay_known(kept: Home, tmp_path: Path) -> None:
    home = copy_home(kept, tmp_path)
    for path in (home.published / "parquet").rglob("fact_training/**/*.parquet"):
        path.write_bytes(path.read_bytes()[:-1] + b"?")
    (report,) = home.reports.glob("bao-cao-2023*")
    report.write_bytes(b"other figures")
    restore(home, Source.build)
    assert [(d.code, d.place) for d in verify(home).differences] == [
        ("HOME-PUBLISHED-CHANGED", f"reports/{report.name}")
    ]


def test_a_manifest_that_cannot_be_read_is_named_and_written_again(kept: Home, tmp_path: Path) -> None:
    home = copy_home(kept, tmp_path)
    home.manifest.write_bytes(home.manifest.read_bytes()[:-3])
    assert {d.code for d in verify(home).differences} == {"HOME-MANIFEST-DIFFERS"}
    release(home)
    assert verify(home).differences == []
