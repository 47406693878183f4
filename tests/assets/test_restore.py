"""A home that lost a part of itself: nothing is published over what is left, and each part is made again from another."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from assets.ingest import close_year, replay, take_inbox
from assets.rebuild import beside, clear_left_behind, rebuild
from assets.restore import restore
from assets.verify import verify
from tests.conftest import Make
from tests.support import clean_rows, copy_home, put, query, report_of, take
from warehouse.catalog import writer_lock
from warehouse.damage import (
    ArchiveDamagedError,
    BuildDamagedError,
    BuildMissingError,
    BuildOlderError,
    DatabasesDifferError,
    PublishedDamagedError,
    Source,
)
from warehouse.home import Home

FACTS = "SELECT year, attendee_count FROM core.fact_training ORDER BY ALL"
LEDGER = "SELECT submission_id, received_at, file_name FROM intake.submission ORDER BY ALL"


@pytest.fixture
def filled(once: Make, registered: Home, tmp_path: Path) -> Home:
    """A home with a report."""

    def fill(folder: Path) -> None:
        home = copy_home(registered, folder)
        put(home.inbox, report_of(104, "2024-Y", clean_rows(2024)))
        take(home)

    return copy_home(Home(once("with-a-report", fill) / "home"), tmp_path)


def _another(home: Home) -> None:
    put(home.inbox, report_of(105, "2023-Y", clean_rows(2023)))


def _spoil(path: Path, content: bytes | None = None) -> None:
    path.chmod(0o640)
    path.write_bytes(content if content is not None else os.urandom(path.stat().st_size))


def _original(home: Home, unit: str = "DV004") -> Path:
    ((sha256,),) = query(home, f"SELECT sha256 FROM intake.submission WHERE unit_code = '{unit}'")
    return home.archive / str(sha256)[:2] / str(sha256)


def test_a_missing_build_file_never_publishes_an_empty_warehouse(filled: Home) -> None:
    before = query(filled, LEDGER)
    filled.build.unlink()
    _another(filled)
    for run in (take_inbox, lambda h: replay(h, [before[0][0]])):
        with pytest.raises(BuildMissingError, match=r"HOME-BUILD-MISSING: .*danvan restore --from published"):
            run(filled)
    assert query(filled, LEDGER) == before
    assert len([p for p in filled.inbox.rglob("*") if p.is_file()]) == 1
    assert restore(filled, Source.published).aside is None
    assert take(filled).rejected == []
    assert query(filled, LEDGER)[: len(before)] != []
    assert {row[0] for row in before} < {row[0] for row in query(filled, LEDGER)}


def test_an_archive_that_no_build_knows_is_not_forgotten(filled: Home) -> None:
    before = query(filled, FACTS)
    shutil.rmtree(filled.build.parent)
    shutil.rmtree(filled.published)
    _another(filled)
    with pytest.raises(BuildMissingError, match="2 files that came before"):
        take_inbox(filled)
    assert not filled.database.exists()
    restore(filled, Source.archive)
    assert set(before) < set(query(filled, FACTS)), "the archive has the one too that was refused"
    assert take(filled).duplicates == 1


def test_a_first_batch_may_be_tried_again(tmp_path: Path, registered: Home) -> None:
    first = Home(tmp_path / "first")
    first.create()
    _another(first)
    shutil.copytree(registered.archive, tmp_path / "stock")
    for place in (tmp_path / "stock").rglob("*"):
        if place.is_file():
            shutil.copy(place, first.inbox / f"{place.name}.xlsx")
    shutil.copytree(tmp_path / "stock", first.archive, dirs_exist_ok=True)  # killed once it had archived
    assert len(take(first).accepted) == 2


def test_an_older_build_file_never_takes_back_what_is_published(filled: Home, tmp_path: Path) -> None:
    older = tmp_path / "older"
    shutil.copy(filled.build, older)
    _another(filled)
    take(filled)
    before = query(filled, LEDGER)
    shutil.copy(older, filled.build)
    put(filled.inbox, report_of(106, "2023-Y", clean_rows(2023)))
    with pytest.raises(BuildOlderError, match=r"HOME-BUILD-OLDER: .*lacks 1 batches"):
        take(filled)
    assert query(filled, LEDGER) == before
    restored = restore(filled, Source.published)
    assert restored.aside is not None
    assert restored.aside.read_bytes() == older.read_bytes(), "what is replaced is put aside"
    assert len(take(filled).accepted) == 1
    assert len(query(filled, FACTS)) == 3


@pytest.mark.parametrize("content", [None, b"", b"x" * 9000])
def test_a_damaged_published_file_is_made_again_by_the_next_run(filled: Home, content: bytes | None) -> None:
    before = query(filled, FACTS)
    _spoil(filled.database, content)
    with pytest.raises(PublishedDamagedError, match="danvan restore --from build"):
        query(filled, FACTS)
    _another(filled)
    assert len(take(filled).accepted) == 1
    assert set(before) < set(query(filled, FACTS))
    assert filled.manifest.exists()


def test_a_damaged_build_file_is_named_and_what_is_published_stays(filled: Home) -> None:
    before = query(filled, LEDGER)
    _spoil(filled.build)
    _another(filled)
    with pytest.raises(
        BuildDamagedError, match=r"HOME-BUILD-DAMAGED: .*danvan restore DIR.*danvan restore --from published"
    ):
        take(filled)
    with pytest.raises(BuildDamagedError):
        restore(filled, Source.build)
    assert query(filled, LEDGER) == before
    restore(filled, Source.published)
    assert len(take(filled).accepted) == 1


def test_all_is_made_again_from_the_archive_with_the_names_that_a_ledger_still_tells(filled: Home) -> None:
    facts, names = query(filled, FACTS), query(filled, "SELECT file_name FROM intake.submission ORDER BY 1")
    _spoil(filled.build)
    restored = restore(filled, Source.archive)
    assert (query(filled, FACTS), restored.left_out) == (facts, ())
    assert query(filled, "SELECT file_name FROM intake.submission ORDER BY 1") == names
    assert rebuild(filled).different == []
    assert sorted(p.name for p in filled.root.glob("rebuild-*")) == []


@pytest.mark.parametrize("damage", ["cut", "exchanged", "missing"])
def test_a_broken_original_is_no_reason_to_reject_its_sender(filled: Home, damage: str) -> None:
    _another(filled)
    take(filled)
    before = query(filled, FACTS)
    ((submission, name),) = query(
        filled, "SELECT submission_id, file_name FROM intake.submission WHERE unit_code = 'DV004'"
    )
    path = _original(filled)
    content = path.read_bytes()
    if damage == "missing":
        path.unlink()
    else:
        _spoil(path, content[: len(content) // 2] if damage == "cut" else _original(filled, "DV005").read_bytes())
    for run in (lambda: replay(filled, [submission]), lambda: rebuild(filled)):
        with pytest.raises(ArchiveDamagedError) as raised:
            run()
        assert str(raised.value).startswith(f"HOME-ARCHIVE-DAMAGED: {name} ")
    assert query(filled, FACTS) == before
    assert restore(copy_home(filled, filled.root.parent / "copy"), Source.archive).left_out == (name,)
    (filled.inbox / "again.xlsx").write_bytes(content)
    assert take(filled).duplicates == 1
    assert path.read_bytes() == content, "the same bytes sent again heal it"
    assert replay(filled, [submission]).accepted == [submission]


def test_what_killed_rebuilds_left_is_taken_away_and_a_live_one_is_not(filled: Home) -> None:
    (filled.root / "rebuild-dead" / "build").mkdir(parents=True)
    with beside(filled) as fresh:
        assert not (filled.root / "rebuild-dead").exists()
        with writer_lock(filled):
            assert clear_left_behind(filled) == 0
        assert fresh.root.exists()
    assert list(filled.root.glob("rebuild-*")) == []


def _differences(home: Home) -> set[str]:
    """What is found of a home without receipts."""
    return {d.code for d in verify(home).differences} - {"HOME-RECEIPT-DIFFERS"}


def _flip(path: Path) -> None:
    """Change one bit in the body of a file, behind what says which of its states is the last; its times stay."""
    times, content = path.stat(), bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def test_a_bit_that_changed_in_the_build_file_is_not_published_with_the_next_batch(filled: Home) -> None:
    before = query(filled, LEDGER)
    _flip(filled.build)
    _another(filled)
    with pytest.raises(BuildDamagedError, match="danvan restore --from published"):
        take(filled)
    with pytest.raises(BuildDamagedError, match="danvan restore --from published"):
        close_year(filled, 2023)
    assert query(filled, LEDGER) == before
    assert len([p for p in filled.inbox.rglob("*") if p.is_file()]) == 1
    restore(filled, Source.published)
    assert len(take(filled).accepted) == 1
    assert _differences(filled) == set()


def test_a_bit_that_changed_in_the_published_file_is_gone_with_the_next_batch(filled: Home) -> None:
    _flip(filled.database)
    _another(filled)
    assert len(take(filled).accepted) == 1
    assert filled.database.read_bytes() == filled.build.read_bytes()


def test_where_nothing_tells_which_database_changed_both_ways_are_named(filled: Home) -> None:
    _flip(filled.build)
    filled.manifest.unlink()
    _another(filled)
    with pytest.raises(DatabasesDifferError, match="--from build, or --from published"):
        take(filled)


def test_parquet_of_a_warehouse_made_again_from_the_archive_stands_beside_no_older_one(filled: Home) -> None:
    for unit in (105, 106):
        put(filled.inbox, report_of(unit, "2023-Y", clean_rows(2023)))
        take(filled)
    restore(filled, Source.archive)
    assert [p.name for p in (filled.published / "parquet").iterdir()] == ["release-000001"], (
        "its releases count from one again"
    )
    assert _differences(filled) == set()
