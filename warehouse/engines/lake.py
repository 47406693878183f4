"""The warehouse as a DuckLake: its catalogue in Postgres, its rows as Parquet in a folder that every machine sees.

One commit of the one writer is one snapshot; published is the number of one, so that a reader keeps the version that he opened.
Readers and writers are on any machine that sees the home. What the engine does not have - comments on views' columns and on
macros, a macro's default of NULL - danvan does without. Does not belong here: how a home comes to have one (warehouse.lake_home).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from warehouse.damage import LakeAwayError, LakeError
from warehouse.engines.connection import connected
from warehouse.files import write_file
from warehouse.relation import literal

if TYPE_CHECKING:
    import duckdb

    from warehouse.home import Home

#: the name under which a lake is attached to be written, or read by itself
_NAME = "lake"
#: DuckDB's extensions, each from the package of its name, loaded by path: nothing is fetched
_EXTENSIONS = ("ducklake", "postgres_scanner")
_TAKEN = "the catalogue holds a lake already: that of another home? Give each home a database of its own"
#: what the engine says when its catalogue does not answer, and of other failures; and what of it can be told
_AWAY = {
    "Connection refused": "its catalogue does not answer (connection refused)",
    "timeout expired": "its catalogue does not answer (timeout)",
    "could not translate host": "the host of its catalogue has no address",
    "the database system is": "its catalogue is starting or stopping",
}
_REASONS = {
    "does not match existing data path": _TAKEN,
    "authentication failed": "its catalogue takes no such user or password",
    "no password supplied": "its catalogue asks for a password: put it into ~/.pgpass",
    'database "': "its catalogue is a database that does not exist",
}


@contextmanager
def open_build(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the lake for writing; the first time it is made. Raises LakeError, also when it is gone."""
    with connected() as con:
        _load(con)
        _attach_to_write(con, home)
        con.execute(f"USE {_NAME}")
        yield con


@contextmanager
def open_published(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the published snapshot read-only; no statement reaches a file that is not the lake's. Raises LakeError."""
    with connected() as con:
        attach(con, home, _NAME)
        con.execute(f"USE {_NAME}")
        con.execute("SET allowed_directories = ?", [[_data(con, _NAME)]])
        con.execute("SET enable_external_access = false")
        yield con


def attach(con: duckdb.DuckDBPyConnection, home: Home, name: str) -> None:
    """Show ``con`` the published snapshot, read-only, as the catalogue ``name``. Raises LakeError."""
    _load(con)
    snapshot = int(json.loads(home.database.read_bytes())["snapshot"])
    _attach(con, home, name, f"READ_ONLY, CREATE_IF_NOT_EXISTS false, SNAPSHOT_VERSION {snapshot}")


def publish(home: Home) -> None:
    """Let readers see what was committed last: its snapshot's number takes the place of the one before."""
    with open_build(home) as con:
        write_file(home.database, json.dumps({"snapshot": _snapshot(con)}).encode() + b"\n")


def is_copied(home: Home) -> bool:
    """Tell whether the published snapshot is the last one; False says nothing."""
    if not home.build.exists() or not home.database.exists():
        return False
    with open_build(home) as con:
        return bool(json.loads(home.database.read_bytes())["snapshot"] == _snapshot(con))


def storage_version(con: duckdb.DuckDBPyConnection) -> str:
    """Return which version of DuckLake, over which catalogue."""
    ((catalog, version),) = con.execute(
        f"SELECT catalog_type, extension_version FROM ducklake_settings('{_NAME}')"
    ).fetchall()
    return f"DuckLake {version} on {catalog}"


def place(home: Home) -> dict[str, str]:
    """Return where a home's lake lies: ``catalog`` (``postgres:...``) and ``data``."""
    found: dict[str, str] = json.loads(home.lake.read_bytes())
    return found


def _attach_to_write(con: duckdb.DuckDBPyConnection, home: Home) -> None:
    """A lake that was there once is not made anew: an empty one would be published over the full one."""
    if home.build.exists():
        _attach(con, home, _NAME, "CREATE_IF_NOT_EXISTS false")
        return
    data = Path(place(home)["data"])
    data.mkdir(mode=0o750, parents=True, exist_ok=True)
    _attach(con, home, _NAME, f"DATA_PATH {literal(str(data))}")
    if con.execute(f"SELECT 1 FROM duckdb_tables() WHERE database_name = '{_NAME}' LIMIT 1").fetchall():
        raise LakeError(_TAKEN)
    write_file(home.build, b"the warehouse is the lake that lake.json names\n")


def _attach(con: duckdb.DuckDBPyConnection, home: Home, name: str, options: str) -> None:
    """Attach the lake. What the engine says of a failure may hold a password, so it is not told."""
    import duckdb

    catalog = place(home)["catalog"]
    try:
        con.execute(f"ATTACH {literal(f'ducklake:{catalog}')} AS {name} ({options})")
    except duckdb.Error as e:
        failed = str(e)
    else:
        return
    away = next((told for sign, told in _AWAY.items() if sign in failed), None)
    reason = away or next(
        (told for sign, told in _REASONS.items() if sign in failed), "it cannot be opened: see its log"
    )
    kind = LakeAwayError if away else LakeError
    raise kind(f"{reason}; lake.json in {home.root} says where it is. Nothing was taken") from None


def _load(con: duckdb.DuckDBPyConnection) -> None:
    """Load the extensions from their packages. Raises LakeError that names what is missing."""
    for name in _EXTENSIONS:
        con.execute(f"LOAD {literal(str(_extension(name)))}")


def _extension(name: str) -> Path:
    import duckdb

    found = find_spec(f"duckdb_extension_{name}")
    folders = [Path(p) for p in (found.submodule_search_locations or ())] if found else []
    for folder in folders:
        path = folder / "extensions" / f"v{duckdb.__version__}" / f"{name}.duckdb_extension"
        if path.is_file():
            return path
    raise LakeError(
        f"DuckDB {duckdb.__version__} needs its extension {name}, of the package duckdb-extension-{name.replace('_', '-')} of "
        "that version: pip install 'danvan[lake]'"
    )


def _snapshot(con: duckdb.DuckDBPyConnection) -> int:
    ((number,),) = con.execute(f"FROM {_NAME}.current_snapshot()").fetchall()
    return int(number)


def _data(con: duckdb.DuckDBPyConnection, name: str) -> str:
    ((path,),) = con.execute(
        "SELECT tags['data_path'] FROM duckdb_databases() WHERE database_name = ?", [name]
    ).fetchall()
    return str(path)
