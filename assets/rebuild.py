"""Rebuild: the whole archive into a fresh warehouse, and proof that it comes out equal.

Does not belong here: how a batch is taken (assets.batch).
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from assets.ingest import new_batch_id, take
from assets.intake.archive import archived_file
from warehouse import query
from warehouse.catalog import open_published
from warehouse.content import content_hashes, differing
from warehouse.home import Home

if TYPE_CHECKING:
    import duckdb

    from assets.intake.archive import ArrivedFile


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """The outcome: files taken, and the (table, year) whose hash differs from the published one."""

    files: int
    tables: int
    different: list[str]


def rebuild(home: Home, processes: int = 2) -> Rebuilt:
    """Take every archived file into a fresh warehouse beside the home and compare content hashes with the published one.

    The published warehouse is not touched. Raises FileNotFoundError when nothing is published.
    """
    with open_published(home) as con:
        files = _ledger_files(con, home)
        expected = content_hashes(con)
    fresh = Home(Path(tempfile.mkdtemp(prefix="rebuild-", dir=home.root)))
    try:
        fresh.build.parent.mkdir(parents=True)
        fresh.data_docs.mkdir()
        fresh.cache.symlink_to(home.cache)
        fresh.archive.symlink_to(home.archive)
        fresh.published.mkdir()
        take(fresh, files, new_batch_id(), processes)
        with open_published(fresh) as con:
            found = content_hashes(con)
    finally:
        shutil.rmtree(fresh.root, ignore_errors=True)
    return Rebuilt(len(files), len({h[:2] for h in found}), differing(expected, found))


def _ledger_files(con: duckdb.DuckDBPyConnection, home: Home) -> list[ArrivedFile]:
    return [archived_file(home.archive, **row) for row in query.rows(con, "archived_files")]
