"""The blank warehouse: what a new home begins with, made once for a version of the code and kept in the cache.

Its tables, views, macros and mirrors follow from the declarations alone, and to make them takes longer than to judge a small
batch: a warehouse that is made again from its archive is ready sooner by that. Does not belong here: what is in it
(warehouse.bootstrap).
"""

from __future__ import annotations

import hashlib
from importlib.metadata import version
from typing import TYPE_CHECKING

from warehouse.bootstrap import bootstrap, fingerprint
from warehouse.catalog import open_build, transaction
from warehouse.files import copy_hashed, replace_file, sha256_of, written

if TYPE_CHECKING:
    from pathlib import Path

    from warehouse.home import Home


class _DamagedError(Exception):
    """What the cache holds has another hash than its name says."""


def begin(home: Home) -> None:
    """Give a home without a warehouse a blank one; does nothing where there is one. The caller holds the writer's lock.

    Raises DeclarationError.
    """
    if home.build.exists() or home.database.exists() or home.lake.exists():
        return
    folder = home.cache / "blank"
    if any(_is_copied(kept, home.build) for kept in folder.glob(f"{_key()}-*.duckdb")):
        return
    with open_build(home) as con, transaction(con):
        bootstrap(con)
    _keep(home.build, folder)


def _is_copied(kept: Path, build: Path) -> bool:
    """Copy ``kept`` to ``build`` unless it is damaged, or gone meanwhile."""
    try:
        with written(build) as temporary:
            if copy_hashed(kept, temporary) != kept.stem.partition("-")[2]:
                raise _DamagedError
    except (_DamagedError, FileNotFoundError):
        return False
    return True


def _keep(build: Path, folder: Path) -> None:
    """Keep a copy under the hash of its content, and none of before: no other is used again."""
    folder.mkdir(parents=True, exist_ok=True)
    kept = folder / f"{_key()}-{sha256_of(build)}.duckdb"
    replace_file(build, kept)
    for other in set(folder.glob("*.duckdb")) - {kept}:
        other.unlink(missing_ok=True)


def _key() -> str:
    """What it is made from: the declarations, the code, and the engine."""
    return hashlib.sha256(f"{fingerprint()} {version('duckdb')}".encode()).hexdigest()[:32]
