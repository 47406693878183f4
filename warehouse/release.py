"""A release: content hashes, the diff to the release before, Parquet by year, the dictionary; the manifest is last.

Belongs here: what is published beside the database. Does not: opening and copying the database (warehouse.catalog).
"""

from __future__ import annotations

import os
import shutil
from datetime import datetime
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from warehouse.content import by_year, content_hashes, hashed_relations
from warehouse.files import left_behind, sha256_of, write_file, written_folder
from warehouse.relation import Relation, quote, relations
from warehouse.rows import replace_rows

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import duckdb

    from warehouse.home import Home


def write_release(con: duckdb.DuckDBPyConnection, batch_id: str, at: datetime, years: Sequence[int] | None) -> int:
    """Write hashes, diff and the release row in the caller's transaction; return the release number.

    ``years`` are those that the batch touched; None when it touched all.
    """
    import duckdb

    (last,) = con.execute("SELECT coalesce(max(release_no), 0) FROM meta.release").fetchall()[0]
    number = int(last) + 1
    con.execute("CREATE OR REPLACE TEMP TABLE hash_before AS FROM meta.table_hash")
    kept = [] if years is None else _untouched(con, years)
    replace_rows(con, relations()["meta.table_hash"], [*kept, *content_hashes(con, years)])
    con.execute(_DIFF, [number])
    con.execute("DROP TABLE hash_before")
    con.execute(
        "INSERT INTO meta.release (release_no, batch_id, published_at, software_version, duckdb_version) "
        "VALUES (?, ?, ?, ?, ?)",
        [number, batch_id, at, version("danvan"), duckdb.__version__],
    )
    return number


def _untouched(con: duckdb.DuckDBPyConnection, years: Sequence[int]) -> list[tuple[Any, ...]]:
    """The hashes of the years that the batch cannot have changed."""
    tables = [r.qualified for r in hashed_relations() if by_year(r)]
    return con.execute(
        "SELECT schema_name, table_name, year, row_count, content_hash FROM meta.table_hash "
        "WHERE schema_name || '.' || table_name IN (SELECT unnest(?)) AND year NOT IN (SELECT unnest(?))",
        [tables, list(years)],
    ).fetchall()


def publish_side_files(con: duckdb.DuckDBPyConnection, home: Home, release_no: int) -> None:
    """Write Parquet by year, the dictionary and last of all the manifest that lists exactly what belongs together.

    ``con`` reads the published database. Parquet goes to a folder of this release; older ones but one are removed.
    """
    folder = parquet_folder(home, release_no)
    before = folder.with_name(f"release-{release_no - 1:06d}")
    changed = _changed(con, release_no)
    with written_folder(folder) as making:
        for relation in hashed_relations():
            place = relation.qualified.replace(".", "/")
            years = changed.get(relation.qualified, set()) if (before / place).is_dir() else None
            if years is not None:
                _link(before / place, making / place, years)
            if years is None or years:
                _write_parquet(con, relation, making / place, years)
    dictionary = con.sql("SELECT * FROM meta.dictionary ORDER BY schema_name, table_name, position").pl()
    _write_changed(home.dictionary, dictionary.write_csv().encode())
    write_manifest(con, home, release_no)
    _prune(folder)


def parquet_folder(home: Home, release_no: int) -> Path:
    """Return the folder of a release's Parquet files."""
    return home.published / "parquet" / f"release-{release_no:06d}"


def write_manifest(con: duckdb.DuckDBPyConnection, home: Home, release_no: int) -> None:
    """Write the manifest of what stands in the published folder, if it does not say so already."""
    _write_changed(home.manifest, manifest_of(con, home, release_no))


def manifest_of(con: duckdb.DuckDBPyConnection, home: Home, release_no: int) -> bytes:
    """Return what the manifest of a release has to say, with the SHA-256 of each file as it is now."""
    import orjson

    files = sorted(p for p in parquet_folder(home, release_no).rglob("*.parquet"))
    named = [home.database, home.dictionary, *files]
    manifest = {
        "release_no": release_no,
        "database": home.database.name,
        "tables": _rows(con, "SELECT * FROM meta.table_hash ORDER BY ALL"),
        "changes": _rows(con, "SELECT * EXCLUDE release_no FROM meta.release_diff "
                         f"WHERE release_no = {int(release_no)} AND is_changed ORDER BY ALL"),
        "closed_years": _rows(con, "SELECT * FROM meta.year_revision ORDER BY ALL"),
        "files": [str(p.relative_to(home.published)) for p in files],
        "sha256": {str(p.relative_to(home.published)): sha256_of(p) for p in named if p.exists()},
    }  # fmt: skip
    return orjson.dumps(manifest, option=orjson.OPT_INDENT_2)


def released(home: Home) -> int | None:
    """Return the number of the release whose manifest stands in the published folder; None when there is none."""
    import orjson

    return int(orjson.loads(home.manifest.read_bytes())["release_no"]) if home.manifest.exists() else None


def _write_changed(target: Path, content: bytes) -> None:
    if not target.exists() or target.read_bytes() != content:
        write_file(target, content)


def _changed(con: duckdb.DuckDBPyConnection, release_no: int) -> dict[str, set[int | None]]:
    """Return the years of each table that this release changed; None for tables without a year."""
    out: dict[str, set[int | None]] = {}
    query = "SELECT table_name, year FROM meta.release_diff WHERE release_no = ? AND is_changed"
    for table, year in con.execute(query, [release_no]).fetchall():
        out.setdefault(table, set()).add(year)
    return out


def _link(source: Path, target: Path, changed: set[int | None]) -> None:
    """Give unchanged files a second name: files of a release are never written again."""
    skipped = {"all.parquet"} if None in changed else {f"year={y}" for y in changed}
    shutil.copytree(source, target, copy_function=os.link, ignore=lambda _, names: skipped & set(names))


def _rows(con: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, object]]:
    return con.sql(query).pl().to_dicts()


def _write_parquet(
    con: duckdb.DuckDBPyConnection, relation: Relation, target: Path, years: set[int | None] | None
) -> None:
    """Write the table, or only its changed ``years``."""
    # the published connection has no file access by design, so Arrow carries the rows out and pyarrow writes them
    import pyarrow.parquet as pq

    from warehouse.relation import arrow_schema

    dated = "year" in relation.names()
    where = " WHERE year IN (SELECT unnest(?))" if dated and years is not None else ""
    columns = ", ".join(map(quote, relation.names()))  # as declared: a column added later stands last in the file
    query = f"SELECT {columns} FROM {relation.qualified}{where} ORDER BY {', '.join(relation.key)}"
    table = con.sql(query, params=[list(years)] if where and years is not None else []).arrow().read_all()
    table = table.cast(arrow_schema(relation))
    target.mkdir(parents=True, exist_ok=True)
    if not dated:
        pq.write_table(table, target / "all.parquet", compression="zstd")
        return
    pq.write_to_dataset(
        table, target, partition_cols=["year"], compression="zstd", basename_template="part-{i}.parquet"
    )


def _prune(newest: Path) -> None:
    """Remove releases but the last two, and what killed makers of others left."""
    for old in (*sorted(newest.parent.glob("release-*"))[:-2], *left_behind(newest.parent)):
        shutil.rmtree(old, ignore_errors=True)


_DIFF = """
INSERT INTO meta.release_diff (release_no, table_name, year, rows_before, rows_after, is_changed)
SELECT ?, coalesce(a.schema_name || '.' || a.table_name, b.schema_name || '.' || b.table_name),
       coalesce(a.year, b.year),
       coalesce(b.row_count, 0), coalesce(a.row_count, 0),
       a.content_hash IS DISTINCT FROM b.content_hash
FROM hash_before b FULL JOIN meta.table_hash a
    ON (a.schema_name, a.table_name) = (b.schema_name, b.table_name) AND a.year IS NOT DISTINCT FROM b.year
"""
