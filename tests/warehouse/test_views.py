"""Views, macros and marts: exact figures said once, the order that follows from the SQL, marts by year that are by year.

Does not belong here: the figures themselves (test_marts, assets.test_figures).
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from tests.support import REPO, clean_rows, put, query, report_of, take
from warehouse.check import DeclarationError
from warehouse.codes import code_lists
from warehouse.content import content_hashes, differing
from warehouse.declaration import report_tables
from warehouse.home import Home
from warehouse.marts import Mart, build_marts, marts
from warehouse.relation import ddl, relations
from warehouse.sql_files import sql_files
from warehouse.sql_text import SqlOrderError, in_order, names_used
from warehouse.views import create_views, sql_objects

WRITTEN = sorted((n, sql) for found in sql_files().values() for n, sql in found.items())
#: what a mart would say if it forgot that something is declared: a fact itself, states, levels, statuses, forms
SPELT_OUT = re.compile(
    r"\bfact_(?!\w*_exact\b)|_state (?:NOT )?IN\b|'value', ?'zero'|'co_so'|'dang_ky'|'khong_dat'|'[A-Z]{4}'"
)
YEAR = 2023


def _planted(name: str, sql: str) -> Mart:
    """A mart by year with the columns of mart.model_by_year."""
    return Mart(replace(relations()["mart.model_by_year"], name=name), sql)


@pytest.mark.parametrize(("name", "sql"), WRITTEN, ids=[name for name, _ in WRITTEN])
def test_exact_states_levels_statuses_and_forms_are_not_spelt_out(name: str, sql: str) -> None:
    assert SPELT_OUT.findall(sql) == []


@pytest.mark.parametrize("sql", [
    "FROM core.fact_training f", "sum(n) FILTER (n_state IN ('value', 'zero'))", "n_state NOT IN ('x')", "level_code = 'co_so'",
    "status_code <> 'dang_ky'", "form_code = 'BCDV'",
])  # fmt: skip
def test_a_mart_that_spells_it_out_would_be_seen(sql: str) -> None:
    assert SPELT_OUT.search(sql)
    assert not SPELT_OUT.search("FROM core.fact_training_exact WHERE is_counted AND core.is_exact(n_state)")


def test_every_fact_has_its_exact_view_and_every_figure_is_null_unless_its_state_is_exact(demo: Home) -> None:
    exact = {c.code for c in code_lists()["cell_state"] if c.properties["is_exact"]}
    looked_at = 0
    for table in report_tables().values():
        for column in (c for c in table.columns if c.state_name):
            sql = f"SELECT {column.state_name}, count(*), count({column.name}) FROM core.{table.core}{{}} GROUP BY 1"
            kept, shown = ({s: (n, m) for s, n, m in query(demo, sql.format(v))} for v in ("", "_exact"))
            assert shown == {s: (n, m if s in exact else 0) for s, (n, m) in kept.items()}, column.name
            looked_at += any(m for s, (n, m) in kept.items() if s not in exact)
    assert looked_at, "no qualified figure stands in the demo: the test proves nothing"


def test_a_report_is_counted_unless_it_is_superseded_or_contained_in_a_longer_one(home: Home) -> None:
    rows = clean_rows(2024)
    periods = {"2024-H1": {}, "2024-Q2": {}, "2024-Q4": {}, "2024-M10": {}, "2024-9M": {"revision": 1}}
    put(home.inbox, *(report_of(104, p, rows, cover) for p, cover in periods.items()))
    put(home.inbox, replace(report_of(104, "2024-9M", rows, {"revision": 2}), suffix="_second"))
    take(home)
    sql = (
        "SELECT s.period_id, s.revision, e.is_counted, e.reporter_level FROM core.fact_training_exact e "
        "JOIN intake.submission s USING (submission_id) ORDER BY ALL"
    )
    assert query(home, sql) == [
        ("2024-9M", 1, False, "unit"), ("2024-9M", 2, True, "unit"), ("2024-H1", 1, False, "unit"),
        ("2024-M10", 1, False, "unit"), ("2024-Q2", 1, False, "unit"), ("2024-Q4", 1, True, "unit"),
    ]  # fmt: skip


def test_each_view_macro_and_mart_comes_after_what_it_uses() -> None:
    made: set[str] = set()
    for name, found in sql_objects().items():
        assert {n for n in names_used(found.sql) if n in sql_objects()} - {name} <= made, name
        made.add(name)
    built: set[str] = set()
    for mart in marts():
        assert {n for n in names_used(mart.sql) if n in {m.relation.qualified for m in marts()}} <= built
        built.add(mart.relation.qualified)
    assert in_order({"core.a": "FROM core.b", "core.b": "FROM core.t -- core.a"}) == ["core.b", "core.a"]


def test_a_circle_is_refused_by_name() -> None:
    with pytest.raises(SqlOrderError, match=r"core\.\w -> core\.\w -> core\.\w"):
        in_order({"core.a": "FROM core.b", "core.b": "FROM core.c JOIN core.a", "core.c": "SELECT 1"})


def test_the_views_stand_on_views_of_a_published_file(demo: Home) -> None:
    """As where a file is judged with nothing written: tables of those names, whatever is behind them."""
    with duckdb.connect() as con:
        con.execute(f"ATTACH '{demo.database}' AS published (READ_ONLY)")
        for relation in (r for r in relations().values() if r.schema != "staging"):
            con.execute(f"CREATE SCHEMA IF NOT EXISTS {relation.schema}")
            con.execute(f"CREATE VIEW {relation.qualified} AS FROM published.{relation.qualified}")
        create_views(con)
        for name in (n for n, o in sql_objects().items() if o.kind == "view"):
            here, there = (con.execute(f"SELECT count(*) FROM {p}{name}").fetchall() for p in ("", "published."))
            assert here == there, name
        said = con.execute(
            "SELECT count(comment) FROM duckdb_views() WHERE database_name = 'memory' AND view_name LIKE '%exact'"
        ).fetchall()
        assert said == [(len(report_tables()),)]


@pytest.fixture
def changed(demo: Home, tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A copy of the demo's warehouse in which the facts of YEAR are others than its marts know."""
    shutil.copy(demo.database, tmp_path / "copy.duckdb")
    with duckdb.connect(str(tmp_path / "copy.duckdb")) as con:
        con.execute(f"UPDATE intake.submission SET is_current = false WHERE year = {YEAR} AND unit_id % 3 = 0")
        for table in report_tables().values():
            added = [f"{c.name} = {c.name} + 1" for c in table.columns if c.type == "count"]
            con.execute(f"UPDATE core.{table.core} SET {', '.join(added)} WHERE year = {YEAR}")
        yield con


def _stale(con: duckdb.DuckDBPyConnection, built: tuple[Mart, ...]) -> list[str]:
    """Rebuild YEAR of ``built``, then all years: what the first left other than the second. Names with the year."""
    build_marts(con, [YEAR], built)
    of_year = content_hashes(con)
    build_marts(con, None, built)
    return differing(of_year, content_hashes(con))


def test_a_mart_by_year_is_whole_when_the_changed_year_is_rebuilt(changed: duckdb.DuckDBPyConnection) -> None:
    by_year = tuple(m for m in marts() if m.relation.by_year)
    before = content_hashes(changed)
    assert _stale(changed, by_year) == []
    new = {name for name in differing(before, content_hashes(changed)) if name.startswith("mart.")}
    assert new == {f"{m.relation.qualified} {YEAR}" for m in by_year}, "each mart by year has something to lose here"


@pytest.mark.parametrize(("sql", "stale"), [
    # carried from the year before; known from the first year on; a share of all years
    ("SELECT year + 1 AS year, * EXCLUDE year FROM mart.model_by_year", True),
    ("SELECT * REPLACE (min(model_count) OVER (PARTITION BY field_code, status_code, level_code) AS model_count) FROM mart.model_by_year", True),
    ("SELECT * REPLACE (sum(model_count) OVER (PARTITION BY year) AS model_count) FROM mart.model_by_year", False),
])  # fmt: skip
def test_a_mart_that_reads_another_year_is_found_not_to_be_by_year(
    changed: duckdb.DuckDBPyConnection, sql: str, stale: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    planted = _planted("planted", sql)
    monkeypatch.setitem(relations(), "mart.planted", planted.relation)
    changed.execute(ddl(planted.relation)[0])
    build_marts(changed, None, [m for m in marts() if m.relation.by_year])
    changed.execute(f"DELETE FROM mart.model_by_year WHERE year = {YEAR} AND model_count = 1")
    build_marts(changed, None, (planted,))
    found = _stale(changed, (*(m for m in marts() if m.relation.by_year), planted))
    assert bool([name for name in found if name.startswith("mart.planted")]) == stale


@pytest.mark.parametrize(("old", "new", "told"), [
    ("key: [year, unit_id]\n  by_year: true\n  columns:\n", "key: [year, unit_id]\n  columns:\n",
     "by_year: found true; allowed: only when no mart is read that is rebuilt whole, as mart.unit_year is"),
    ("key: [break_date, table_name, column_name, break_kind]\n  columns:\n    - {name: year,",
     "key: [break_date, table_name, column_name, break_kind]\n  by_year: true\n  columns:\n    - {name: from_year,",
     "by_year: found true; allowed: only with a column year"),
])  # fmt: skip
def test_a_mart_that_cannot_be_by_year_does_not_load(tmp_path: Path, old: str, new: str, told: str) -> None:
    for folder in ("tables", "forms", "codes", "marts", "views", "macros"):
        shutil.copytree(REPO / "warehouse" / folder, tmp_path / "warehouse" / folder)
    declared = tmp_path / "warehouse/tables/system/mart.yaml"
    text = declared.read_text(encoding="utf-8")
    assert old in text
    declared.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(DeclarationError, match=told):
        marts(tmp_path)


def test_code_views_show_the_properties_of_the_lists(bare: duckdb.DuckDBPyConnection) -> None:
    for name, codes in code_lists().items():
        properties = list(dict.fromkeys(p for c in codes for p in c.properties))
        if properties:
            sql = f"SELECT code, {', '.join(properties)} FROM core.code_{name} ORDER BY position"
            assert bare.execute(sql).fetchall() == [
                (c.code, *(c.properties[p] if p.startswith("is_") else c.properties[p] or None for p in properties))
                for c in codes
            ]
    assert bare.execute("SELECT code FROM core.code_admin_level WHERE is_reporting").fetchall() == [("co_so",)]
