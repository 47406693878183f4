"""A connection to DuckDB as danvan wants it, whichever engine holds the warehouse.

Does not belong here: what is opened or attached (file, lake).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

#: no extension is fetched or loaded behind our back: the default path needs none; whichever DuckDB writes, each since 1.1 can
#: read (1.0 knows no blocks but those of 256 KB, of which a small warehouse needs twice the room: every table begins its own)
CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "storage_compatibility_version": "v1.0.0",
    "default_block_size": "65536",
}

#: a progress bar would stand in what a command prints
_SETTINGS = "SET TimeZone = 'UTC'; SET enable_progress_bar = false"


@contextmanager
def connected(
    database: str = ":memory:", *, read_only: bool = False, outside: bool = True
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a connection, closed in the end; without ``outside`` no statement reaches another file."""
    import duckdb

    config = CONFIG if outside else {**CONFIG, "enable_external_access": "false"}
    con = duckdb.connect(database, read_only=read_only, config=config)
    try:
        con.execute(_SETTINGS)
        yield con
    finally:
        con.close()
