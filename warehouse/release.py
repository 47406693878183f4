"""A release: content hashes, the diff to the release before, Parquet by year, the dictionary; the manifest is last.

Belongs here: what is published beside the database. Does not: opening and copying the database (warehouse.writer).
"""

from __future__ import annotations

import shutil
from datetime import datetime
from importlib.metadata import version
from typing import TYPE_CHECKING

from warehouse.bootstrap import replace_rows
from warehouse.content import content_hashes, hashed_relations
from warehouse.relation import Relation, relations
from warehouse.writer import settle, write_file

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

    from warehouse.home import Home


def write_release(con: duckdb.DuckDBPyConnection, batch_id: str, at: datetime) -> int:
    """Write hashes, diff and the release row in the caller's transaction; return the release number."""
    import duckdb

    (last,) = con.execute("SELECT coalesce(max(release_no), 0) FROM meta.release").fetchall()[0]
    number = int(last) + 1
    con.execute("CREATE OR REPLACE TEMP TABLE hash_before AS FROM meta.table_hash")
    replace_rows(con, relations()["meta.table_hash"], list(content_hashes(con)))
    con.execute(_DIFF, [number])
    con.execute("DROP TABLE hash_before")
    con.execute(
        "INSERT INTO meta.release VALUES (?, ?, ?, ?, ?)", [number, batch_id, at, version("danvan"), duckdb.__version__]
    )
    return number


def publish_side_files(con: duckdb.DuckDBPyConnection, home: Home, release_no: int) -> None:
    """Write Parquet by year, the dictionary and last of all the manifest that lists exactly what belongs together.

    ``con`` reads the published database. Parquet goes to a folder of this release; older ones but one are removed.
    """
    import orjson

    folder = home.published / "parquet" / f"release-{release_no:06d}"
    staging = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir(parents=True)
    for relation in hashed_relations():
        _write_parquet(con, relation, staging)
    shutil.rmtree(folder, ignore_errors=True)
    settle(staging, folder)
    files = sorted(p for p in folder.rglob("*.parquet"))
    dictionary = con.sql("SELECT * FROM meta.dictionary ORDER BY schema_name, table_name, position").pl()
    write_file(home.published / "data_dictionary.csv", dictionary.write_csv().encode())
    manifest = {
        "release_no": release_no,
        "database": home.database.name,
        "tables": _rows(con, "SELECT * FROM meta.table_hash ORDER BY ALL"),
        "changes": _rows(con, "SELECT * EXCLUDE release_no FROM meta.release_diff "
                         f"WHERE release_no = {int(release_no)} AND is_changed ORDER BY ALL"),
        "files": [str(p.relative_to(home.published)) for p in files],
    }  # fmt: skip
    write_file(home.published / "manifest.json", orjson.dumps(manifest, option=orjson.OPT_INDENT_2))
    _prune(folder)


def _rows(con: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, object]]:
    return con.sql(query).pl().to_dicts()


def _write_parquet(con: duckdb.DuckDBPyConnection, relation: Relation, folder: Path) -> None:
    # the published connection has no file access by design, so Arrow carries the rows out and pyarrow writes them
    import pyarrow.parquet as pq

    from warehouse.relation import arrow_schema

    order = ", ".join(relation.key)
    table = con.sql(f"SELECT * FROM {relation.qualified} ORDER BY {order}").arrow().read_all()
    table = table.cast(arrow_schema(relation))
    target = folder / relation.qualified.replace(".", "/")
    target.mkdir(parents=True)
    if "year" not in relation.names():
        pq.write_table(table, target / "all.parquet", compression="zstd")
        return
    pq.write_to_dataset(
        table, target, partition_cols=["year"], compression="zstd", basename_template="part-{i}.parquet"
    )


def _prune(newest: Path) -> None:
    for old in sorted(newest.parent.glob("release-*"))[:-2]:
        shutil.rmtree(old, ignore_errors=True)


_DIFF = """
INSERT INTO meta.release_diff
SELECT ?, coalesce(a.schema_name || '.' || a.table_name, b.schema_name || '.' || b.table_name),
       coalesce(a.year, b.year),
       coalesce(b.row_count, 0), coalesce(a.row_count, 0),
       a.content_hash IS DISTINCT FROM b.content_hash
FROM hash_before b FULL JOIN meta.table_hash a
    ON (a.schema_name, a.table_name) = (b.schema_name, b.table_name) AND a.year IS NOT DISTINCT FROM b.year
"""
