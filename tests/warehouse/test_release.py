"""What is published beside the database: Parquet by year, dictionary, manifest last, and the diff to the release before."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import duckdb

from tests.support import Rows, changed_register, clean_rows, put, query, report_of, take
from warehouse.catalog import open_published
from warehouse.content import content_hashes, differing, hashed_relations
from warehouse.home import Home


def _manifest(home: Home) -> dict[str, object]:
    loaded: dict[str, object] = json.loads((home.published / "manifest.json").read_text(encoding="utf-8"))
    return loaded


def _parquet(home: Home, table: str) -> str:
    (folder,) = sorted((home.published / "parquet").glob("release-*"))[-1:]
    return str(folder / table.replace(".", "/") / "**" / "*.parquet")


def test_parquet_holds_what_the_database_holds(demo: Home) -> None:
    for relation in hashed_relations():
        expected = query(demo, f"SELECT count(*) FROM {relation.qualified}")[0][0]
        files = list(Path(_parquet(demo, relation.qualified)).parent.parent.rglob("*.parquet"))
        if expected == 0:
            continue
        assert files, relation.qualified
        with duckdb.connect() as con:
            found = con.execute(
                f"SELECT count(*) FROM read_parquet('{_parquet(demo, relation.qualified)}', hive_partitioning = true)"
            )
            assert found.fetchall() == [(expected,)], relation.qualified


def test_the_hashes_of_a_release_are_those_of_all_its_tables_whatever_the_batch_touched(home: Home) -> None:
    """A report of one year, a register that renames a unit, a report of another year: what is not hashed again has not changed."""

    def renamed(rows: Rows) -> None:
        rows["unit"][-1]["unit_name"] = "Tên mới"

    for file in (
        report_of(104, "2024-Y", clean_rows(2024)),
        changed_register(renamed),
        report_of(105, "2023-Y", clean_rows(2023)),
    ):
        put(home.inbox, file)
        assert take(home).rejected == []
        kept = query(home, "SELECT schema_name, table_name, year, row_count, content_hash FROM meta.table_hash")
        with open_published(home) as con:
            assert differing(content_hashes(con), kept) == []


def test_the_manifest_lists_files_that_are_there(demo: Home) -> None:
    manifest = _manifest(demo)
    assert manifest["release_no"] == 1
    assert all((demo.published / f).exists() for f in manifest["files"])  # type: ignore[attr-defined]


def test_the_dictionary_is_readable_by_a_spreadsheet(demo: Home) -> None:
    with (demo.published / "data_dictionary.csv").open(encoding="utf-8", newline="") as f:
        rows = list(csv.DictReader(f))
    assert {r["table_name"] for r in rows} >= {"fact_training", "training_by_year", "submission"}


def test_a_release_says_what_changed_and_touches_only_its_years(home: Home) -> None:
    put(home.inbox, report_of(104, "2015-Y", clean_rows(2015)), report_of(104, "2024-Y", clean_rows(2024)))
    take(home)
    old = {p: p.stat().st_ino for p in Path(_parquet(home, "core.fact_training")).parent.parent.rglob("*.parquet")}
    put(home.inbox, report_of(105, "2024-Y", clean_rows(2024)))
    take(home)
    changed = query(
        home,
        "SELECT table_name, year, rows_before, rows_after FROM meta.release_diff WHERE release_no = 3 AND table_name = 'core.fact_training'",
    )
    assert changed == [("core.fact_training", 2024, 1, 2)]
    new = {p: p.stat().st_ino for p in Path(_parquet(home, "core.fact_training")).parent.parent.rglob("*.parquet")}
    assert set(old.values()) & set(new.values()), "the file of 2015 is the same file"
    assert len(set(new.values()) - set(old.values())) == 1
    assert [p.name for p in sorted((home.published / "parquet").iterdir())] == ["release-000002", "release-000003"]


def test_a_published_release_without_news_stays_as_it_is(home: Home) -> None:
    put(home.inbox, report_of(104, "2024-Y", clean_rows(2024)))
    take(home)
    before = _manifest(home)
    take(home)
    assert _manifest(home) == before
