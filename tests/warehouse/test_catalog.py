"""The engine: whether the published file is a copy of the build file, told without opening either; what is a query."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from tests.support import copy_home
from warehouse.catalog import is_copied, is_query, open_build, publish_database, transaction
from warehouse.home import Home

CHANGE = "UPDATE core.fact_training SET attendee_count = attendee_count + 1 WHERE attendee_count > 0"


def test_a_copy_is_known_as_one_until_the_build_file_changes(demo: Home, tmp_path: Path) -> None:
    home = copy_home(demo, tmp_path)
    publish_database(home)
    assert is_copied(home)
    with open_build(home):
        pass
    assert is_copied(home), "opening alone changes nothing"
    with open_build(home) as con, transaction(con):
        con.execute(CHANGE)
    assert not is_copied(home)
    publish_database(home)
    assert is_copied(home)


def test_what_is_committed_but_only_in_a_log_is_no_copy(demo: Home, tmp_path: Path) -> None:
    """As a run of an earlier danvan left it that was killed between the two: the file as it was, the change beside it."""
    home = copy_home(demo, tmp_path)
    publish_database(home)
    with open_build(home) as con:
        con.execute("SET wal_autocheckpoint = '1TB'")
        with transaction(con):
            con.execute(CHANGE)
        assert home.build.read_bytes() == home.database.read_bytes()
        assert not is_copied(home)


def test_a_commit_writes_the_file_and_nothing_beside_it(demo: Home, tmp_path: Path) -> None:
    home = copy_home(demo, tmp_path)
    with open_build(home) as con:
        with transaction(con):
            con.execute(CHANGE)
        assert not home.build.with_name(f"{home.build.name}.wal").exists()
        assert home.build.read_bytes() != home.database.read_bytes()


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


QUERIES = [
    "SELECT 1", "FROM t", "VALUES (1)", "WITH q AS (SELECT 1) FROM q", "PIVOT t ON a", "UNPIVOT t ON a", "DESCRIBE t", "SUMMARIZE t",
    "SHOW TABLES", "EXPLAIN SELECT 1", "PRAGMA version", "CALL pragma_version()", "CREATE TEMP TABLE x AS SELECT 1; FROM x",
]  # fmt: skip
OTHERS = [
    "", "-- nothing", "CREATE TEMP TABLE x AS SELECT 1", "CREATE TEMP VIEW x AS SELECT 1", "CREATE TEMP MACRO f(a) AS a",
    "INSERT INTO t VALUES (2)", "UPDATE t SET a = 2", "DELETE FROM t", "DROP TABLE t", "SET TimeZone = 'UTC'", "BEGIN",
    "SELECT 1; SET TimeZone = 'UTC'",
]  # fmt: skip


@pytest.mark.parametrize("statement", QUERIES)
def test_what_asks_for_rows_is_a_query(statement: str) -> None:
    with duckdb.connect(":memory:") as con:
        con.execute("CREATE TABLE t AS SELECT 1 AS a")
        assert is_query(con, statement)
        assert con.sql(statement).fetchall()


@pytest.mark.parametrize("statement", OTHERS)
def test_what_only_does_something_is_no_query_and_is_not_run(statement: str) -> None:
    with duckdb.connect(":memory:") as con:
        con.execute("CREATE TABLE t AS SELECT 1 AS a")
        assert not is_query(con, statement)
        assert con.execute("FROM t").fetchall() == [(1,)]
