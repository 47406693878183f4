"""The engine's files: whether the published file is a copy of the build file is told without opening either."""

from __future__ import annotations

from pathlib import Path

from tests.support import copy_home
from warehouse.catalog import checkpoint, is_copied, open_build, publish_database, transaction
from warehouse.home import Home

CHANGE = "UPDATE core.fact_training SET attendee_count = attendee_count + 1 WHERE attendee_count > 0"


def test_a_copy_is_known_as_one_until_the_build_file_changes(demo: Home, tmp_path: Path) -> None:
    home = copy_home(demo, tmp_path)
    publish_database(home)
    assert is_copied(home)
    with open_build(home):
        pass
    assert is_copied(home), "opening alone changes nothing"
    with open_build(home) as con:
        with transaction(con):
            con.execute(CHANGE)
        checkpoint(con)
    assert not is_copied(home)
    publish_database(home)
    assert is_copied(home)


def test_what_is_committed_but_in_no_checkpoint_is_no_copy(demo: Home, tmp_path: Path) -> None:
    """As a run leaves it that is killed between the two: the file is as it was, the change stands beside it."""
    home = copy_home(demo, tmp_path)
    publish_database(home)
    with open_build(home) as con:
        with transaction(con):
            con.execute(CHANGE)
        assert home.build.read_bytes() == home.database.read_bytes()
        assert not is_copied(home)


def test_a_file_that_is_missing_or_cut_is_no_copy(demo: Home, tmp_path: Path) -> None:
    home = copy_home(demo, tmp_path)
    publish_database(home)
    with home.database.open("r+b") as file:
        file.truncate(home.build.stat().st_size - 1)
    assert not is_copied(home)
    home.database.unlink()
    assert not is_copied(home)
    home.build.unlink()
    assert not is_copied(home)
