"""Marts of some years, made from rows that were worked out once for all of them, are those made from the views."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest

from warehouse.at_hand import RowsAtHand, read_often
from warehouse.home import Home
from warehouse.marts import build_marts, marts

YEARS = [2017, 2023]
BY_YEAR = [m for m in marts() if m.relation.by_year]


@pytest.fixture
def con(demo: Home, tmp_path: Path) -> duckdb.DuckDBPyConnection:
    """A copy of the demo's warehouse, to write into."""
    return duckdb.connect(shutil.copy(demo.database, tmp_path / "copy.duckdb"))


def _rows(con: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[Any, ...]]:
    return con.execute(f"FROM ({sql}) ORDER BY ALL").fetchall()


def test_the_marts_of_some_years_come_out_the_same_and_those_of_others_stay(con: duckdb.DuckDBPyConnection) -> None:
    before = {m.relation.qualified: _rows(con, f"FROM {m.relation.qualified}") for m in BY_YEAR}
    for m in BY_YEAR:
        con.execute(f"DELETE FROM {m.relation.qualified} WHERE year IN (2017, 2023)")
    build_marts(con, YEARS)
    assert {m.relation.qualified: _rows(con, f"FROM {m.relation.qualified}") for m in BY_YEAR} == before
    assert con.execute("SELECT table_name FROM duckdb_tables() WHERE temporary").fetchall() == []


def test_a_view_that_many_marts_read_is_asked_once(con: duckdb.DuckDBPyConnection) -> None:
    often = read_often(m.sql for m in BY_YEAR)
    assert "core.model_rows" in often
    assert "core.unit_on_day" not in often, "no rows of a fact, and without a year"
    rows = RowsAtHand(con, often, " WHERE year IN (2017, 2023)")
    first = rows.put_into("SELECT count(*) FROM core.model_rows")
    ((counted,),) = con.execute("SELECT count(*) FROM core.model_rows WHERE year IN (2017, 2023)").fetchall()
    con.execute("CREATE OR REPLACE VIEW core.model_rows AS SELECT error('asked again') AS year")
    assert (
        con.execute(first).fetchall() == con.execute(rows.put_into("SELECT count(*) FROM core.model_rows")).fetchall()
    )
    assert con.execute(first).fetchall() == [(counted,)]
    assert rows.put_into("FROM core.dim_unit") == "FROM core.dim_unit"
