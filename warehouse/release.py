"""A release: content hashes, the diff to the release before, Parquet by year, the dictionary; the manifest is last.

Belongs here: what is published beside the database. Does not: opening and copying the database (warehouse.catalog).
"""

from __future__ import annotations

import os
import shutil
from datetime import datetime
from importlib.metadata import version
from typing import TYPE_CHECKING

from warehouse.catalog import writer_lock
from warehouse.content import by_year, content_hashes, hashed_relations, is_fixed
from warehouse.dictionary_page import publish_page
from warehouse.files import left_behind, written_folder
from warehouse.relation import Relation, quote, relations
from warehouse.rows import replace_rows
from warehouse.sealed import HASHES, as_bytes, loaded, recorded, sealed, write_changed

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    import duckdb

    from warehouse.home import Home
    from warehouse.ledger import BatchMark


def write_release(
    con: duckdb.DuckDBPyConnection,
    batch: BatchMark,
    at: datetime,
    years: Sequence[int] | None,
    left: Collection[str] = (),
) -> int:
    """Write hashes, diff and the release row of ``batch`` in the caller's transaction; return the release number.

    ``years`` are those that the batch touched; None when it touched all. ``left`` are the marts that it left as they are.
    """
    import duckdb

    (last,) = con.execute("SELECT coalesce(max(release_no), 0) FROM meta.release").fetchall()[0]
    number = int(last) + 1
    con.execute("CREATE OR REPLACE TEMP TABLE hash_before AS FROM meta.table_hash")
    kept = [] if years is None else _untouched(con, years, left)
    replace_rows(con, relations()["meta.table_hash"], [*kept, *content_hashes(con, years, left)])
    con.execute(_DIFF, [number])
    con.execute("DROP TABLE hash_before")
    con.execute(
        "INSERT INTO meta.release (release_no, batch_id, batch_no, declarations, published_at, software_version, duckdb_version) "
        "SELECT ?, ?, ?, fingerprint, ?, ?, ? FROM meta.bootstrap",
        [number, batch.batch_id, batch.batch_no, at, version("danvan"), duckdb.__version__],
    )
    return number


def _untouched(
    con: duckdb.DuckDBPyConnection, years: Sequence[int], left: Collection[str]
) -> list[tuple[str, str, int | None, int, str]]:
    """The hashes of the tables and years that the batch cannot have changed."""
    whole = {r.qualified for r in hashed_relations() if is_fixed(r) or r.qualified in left}
    dated = {r.qualified for r in hashed_relations() if by_year(r)}
    known = con.execute("SELECT schema_name, table_name, year, row_count, content_hash FROM meta.table_hash").fetchall()
    return [
        (schema, name, year, *found)
        for schema, name, year, *found in known
        if f"{schema}.{name}" in whole or (f"{schema}.{name}" in dated and year not in years)
    ]


def publish_side_files(con: duckdb.DuckDBPyConnection, home: Home, release_no: int) -> None:
    """Write Parquet by year, the dictionary and last of all the manifest that lists exactly what belongs together.

    ``con`` reads the published database. Parquet goes to a folder of this release; older ones are removed, but for the one
    before: what did not change since is the same files. Where no manifest says what these were, all is written anew.
    """
    folder, before = parquet_folder(home, release_no), parquet_folder(home, release_no - 1)
    if not _names(home, before, recorded(home.manifest)):
        _remove([before])
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
    write_changed(home.dictionary, dictionary.write_csv().encode())
    publish_page(con, home)
    write_manifest(con, home, release_no)
    _remove([p for p in folder.parent.glob("release-*") if p not in (folder, before)])
    _remove(left_behind(folder.parent))


def parquet_folder(home: Home, release_no: int) -> Path:
    """Return the folder of a release's Parquet files."""
    return home.published / "parquet" / f"release-{release_no:06d}"


def write_manifest(con: duckdb.DuckDBPyConnection, home: Home, release_no: int) -> None:
    """Write the manifest of what stands in the published folder, if it does not say so already."""
    known = recorded(home.manifest)
    others = [*parquet_folder(home, release_no - 1).rglob("*.parquet"), *home.reports.glob("[!.]*")]
    for file in _parquet_files(home, release_no):  # a second name of a file of the release before has its hash
        twin = parquet_folder(home, release_no - 1) / file.relative_to(parquet_folder(home, release_no))
        if twin.exists() and twin.samefile(file) and (sha256 := known.get(_name(home, twin))):
            known[_name(home, file)] = sha256
    for rewritten in (home.database, home.dictionary, home.dictionary_page):
        known.pop(_name(home, rewritten), None)
    write_changed(home.manifest, manifest_of(con, home, release_no, others, known))


def manifest_of(
    con: duckdb.DuckDBPyConnection, home: Home, release_no: int, others: Sequence[Path], known: Mapping[str, str]
) -> bytes:
    """Return what the manifest of a release has to say, with the SHA-256 of each file as it is now, or is ``known`` to be.

    ``others``: files of the published folder that it lists besides: of the release before, and yearly reports.
    """
    files = _parquet_files(home, release_no)
    manifest = {
        "release_no": release_no,
        "database": home.database.name,
        "tables": _rows(con, "SELECT * FROM meta.table_hash ORDER BY ALL"),
        "changes": _rows(con, "SELECT * EXCLUDE release_no FROM meta.release_diff "
                         f"WHERE release_no = {int(release_no)} ORDER BY ALL"),
        "closed_years": _rows(con, "SELECT * FROM meta.year_revision ORDER BY ALL"),
        "files": [_name(home, p) for p in files],
        HASHES: sealed(home.published, [home.database, home.dictionary, home.dictionary_page, *files, *others], known),
    }  # fmt: skip
    return as_bytes(manifest)


def list_reports(home: Home, reports: Sequence[Path], superseded: Sequence[Path] = ()) -> None:
    """Let the manifest list reports as they were just written; one that is missing will when it is written.

    Those that are ``superseded`` leave the manifest and then the folder. Raises WriterBusyError.
    """
    with writer_lock(home):
        if manifest := loaded(home.manifest):
            gone = {_name(home, path) for path in superseded}
            kept = {name: sha256 for name, sha256 in manifest[HASHES].items() if name not in gone}
            hashes = kept | sealed(home.published, reports, {})
            write_changed(home.manifest, as_bytes({**manifest, HASHES: dict(sorted(hashes.items()))}))
        for path in superseded:
            path.unlink(missing_ok=True)


def forget_release(home: Home) -> None:
    """Let the next ``publish_side_files`` make all of them again: of the manifest stay the reports, which it does not make."""
    reports = _names(home, home.reports, recorded(home.manifest))
    write_changed(home.manifest, as_bytes({"release_no": 0, HASHES: reports}))


def released(home: Home) -> int | None:
    """Return the number of the release whose manifest stands in the published folder; None when there is none to read."""
    return loaded(home.manifest).get("release_no")


def _parquet_files(home: Home, release_no: int) -> list[Path]:
    return sorted(parquet_folder(home, release_no).rglob("*.parquet"))


def _name(home: Home, file: Path) -> str:
    return file.relative_to(home.published).as_posix()


def _names(home: Home, folder: Path, hashes: Mapping[str, str]) -> dict[str, str]:
    """Those of ``hashes`` that are of files in ``folder``."""
    return {name: sha256 for name, sha256 in hashes.items() if name.startswith(f"{_name(home, folder)}/")}


def _changed(con: duckdb.DuckDBPyConnection, release_no: int) -> dict[str, set[int | None]]:
    """Return the years of each table that this release changed; None for tables without a year."""
    out: dict[str, set[int | None]] = {}
    query = "SELECT table_name, year FROM meta.release_diff WHERE release_no = ?"
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
    # the published connection has no file access by design, so Arrow carries the rows out and pyarrow writes them, year by year:
    # its writer of data sets makes the same files, and takes five times as long for a few rows
    import pyarrow.compute as pc
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
    for year in pc.unique(table["year"]).to_pylist():
        place = target / f"year={_NO_YEAR if year is None else year}"
        place.mkdir(exist_ok=True)
        of_year = pc.is_null(table["year"]) if year is None else pc.equal(table["year"], year)
        pq.write_table(table.filter(of_year).drop_columns(["year"]), place / "part-0.parquet", compression="zstd")


#: what readers of Parquet by year call the rows without one
_NO_YEAR = "__HIVE_DEFAULT_PARTITION__"


def _remove(folders: Sequence[Path]) -> None:
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


_DIFF = """
INSERT INTO meta.release_diff (release_no, table_name, year, rows_before, rows_after, content_hash)
SELECT ?, coalesce(a.schema_name || '.' || a.table_name, b.schema_name || '.' || b.table_name),
       coalesce(a.year, b.year), coalesce(b.row_count, 0), coalesce(a.row_count, 0), a.content_hash
FROM hash_before b FULL JOIN meta.table_hash a
    ON (a.schema_name, a.table_name) = (b.schema_name, b.table_name) AND a.year IS NOT DISTINCT FROM b.year
WHERE a.content_hash IS DISTINCT FROM b.content_hash
"""
