"""A new home begins with a copy of a blank warehouse: of today's, whole, and as good as one that it makes itself."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.support import copy_home, make_home, put_register, query, take
from warehouse.blank import begin
from warehouse.bootstrap import is_of_today
from warehouse.catalog import open_build, open_published
from warehouse.content import content_hashes, differing
from warehouse.home import Home

COLUMNS = "SELECT schema_name, table_name, column_name, data_type, comment FROM duckdb_columns() WHERE NOT internal ORDER BY ALL"


def _kept(home: Home) -> list[Path]:
    return list((home.cache / "blank").glob("*"))


def _is_blank(home: Home) -> bool:
    with open_build(home) as con:
        return is_of_today(con) and con.execute("SELECT count(*) FROM intake.submission").fetchall() == [(0,)]


@pytest.fixture
def other(blank: Path, tmp_path: Path) -> Home:
    """A home without a warehouse, and with the cache of one that has begun."""
    home = make_home(tmp_path / "other")
    shutil.copytree(Home(blank.parents[1]).cache, home.cache, dirs_exist_ok=True)
    return home


def test_the_next_home_begins_with_the_same_bytes(blank: Path, other: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("warehouse.blank.bootstrap", lambda con: pytest.fail("there is one to copy"))
    begin(other)
    assert other.build.read_bytes() == blank.read_bytes()
    assert _is_blank(other)


def test_one_that_is_damaged_is_made_anew(other: Home, tmp_path: Path) -> None:
    (kept,) = _kept(other)
    content = kept.read_bytes()
    kept.write_bytes(content[:5000] + bytes([content[5000] ^ 1]) + content[5001:])
    begin(other)
    assert _is_blank(other)
    (whole,) = _kept(other)
    assert whole.read_bytes() == other.build.read_bytes(), "and kept, also where it has the name of the damaged one"


def test_one_of_another_version_is_not_used_and_goes(other: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    (kept,) = _kept(other)
    monkeypatch.setattr("warehouse.blank._key", lambda: "0" * 32)
    begin(other)
    (new,) = _kept(other)
    assert (new.name[:32], new != kept) == ("0" * 32, True)
    assert _is_blank(other)


def test_the_name_of_what_was_damaged_may_be_that_of_what_is_made(other: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    (kept,) = _kept(other)
    kept.write_bytes(b"x")
    monkeypatch.setattr("warehouse.blank.sha256_of", lambda _: kept.stem.partition("-")[2])
    begin(other)
    assert _kept(other) == [kept]
    assert kept.read_bytes() == other.build.read_bytes()


def test_a_home_with_a_warehouse_keeps_it(registered: Home, tmp_path: Path) -> None:
    home = copy_home(registered, tmp_path)
    before = home.build.read_bytes()
    begin(home)
    assert home.build.read_bytes() == before
    home.build.unlink()
    begin(home)
    assert not home.build.exists(), "what is published and has lost its build file is no new home"


def test_what_comes_of_it_is_what_comes_of_one_made_within_the_batch(
    other: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = make_home(tmp_path / "made")
    shutil.copytree(other.cache / "suites", made.cache / "suites") if (other.cache / "suites").exists() else None
    for home in (other, made):
        put_register(home.inbox)
    take(other)
    with monkeypatch.context() as without:
        without.setattr("assets.ingest.begin", lambda home: None)
        take(made)
    hashes = []
    for home in (other, made):
        with open_published(home) as con:
            hashes.append(content_hashes(con))
    assert differing(*hashes) == []
    assert query(other, COLUMNS) == query(made, COLUMNS)


def test_a_first_batch_without_files_publishes_an_empty_warehouse(other: Home) -> None:
    take(other)
    assert query(other, "SELECT count(*), max(release_no) FROM meta.release") == [(1, 1)]
    take(other)
    assert query(other, "SELECT count(*) FROM meta.release") == [(1,)], "the next one has nothing to say"
