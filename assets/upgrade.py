"""A home's warehouse is brought to the version that is installed: what an earlier one did not say is filled in, as a batch does it.

Does not belong here: what is filled in (warehouse.migrate), the Dagster instance (orchestration.upgrade).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assets.ingest import new_batch_id, release, take
from warehouse.bootstrap import is_of_today
from warehouse.catalog import open_build, open_published, storage_version, writer_lock
from warehouse.files import replace_file
from warehouse.whole import require_whole

if TYPE_CHECKING:
    from pathlib import Path

    from warehouse.home import Home


def upgrade_warehouse(home: Home, processes: int) -> tuple[Path, int] | None:
    """Migrate the build file and publish it; return its copy of before and the release, or None when there is nothing to do.

    Raises DamageError for a home that lost something: it is restored first; DeclarationMismatchError.
    """
    aside = _copied(home)
    if aside is None:
        return None
    take(home, [], new_batch_id(), processes)  # a batch without files migrates too
    return aside, release(home)


def _copied(home: Home) -> Path | None:
    """Copy the build file of another version; None when it is of this one, or not there yet."""
    with writer_lock(home):
        require_whole(home)
        if not home.build.exists():
            return None
        with open_build(home) as con:  # which closes it whole, nothing of it in a file beside
            if is_of_today(con):
                return None
        aside = home.build.with_name(f"{home.build.name}.before-{new_batch_id()}")
        replace_file(home.database if home.lake.exists() else home.build, aside)  # a lake keeps its snapshots itself
    return aside


def storage_versions(home: Home) -> dict[str, str]:
    """Return the storage version of each database file that there is: which DuckDB can open it."""
    found = {}
    if home.build.exists():
        with writer_lock(home), open_build(home) as con:
            found[str(home.build.relative_to(home.root))] = storage_version(con)
    if home.database.exists():
        with open_published(home) as con:
            found[str(home.database.relative_to(home.root))] = storage_version(con)
    return found
