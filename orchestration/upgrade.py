"""A home is brought to the version that is installed: the instance's settings and schema, then the warehouse.

What an operator changed or took out of dagster.yaml stays; what is new in ours is added at its end. What is migrated is copied
before. Does not belong here: the settings themselves (dagster.yaml), the warehouse's part (assets.upgrade).
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from orchestration.instance import Offered, shipped_settings
from warehouse.files import replace_file, write_file
from warehouse.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from dagster import DagsterInstance

    from warehouse.home import Home

_ADDED = "\n# new in this version of danvan: added by danvan upgrade, yours to change\n"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was done: to what, what, and where what it was before lies (relative to the home; blank: nowhere)."""

    what: str
    done: str
    before: str = ""

    def __str__(self) -> str:
        return f"{self.what}: {self.done}" + (f"; as it was before: {self.before}" if self.before else "")


def upgrade(home: Home, processes: int) -> Iterator[Step]:
    """Yield each step once it is done; none: nothing was to be done. The caller holds the daemon's lock.

    Raises DeclarationError for a dagster.yaml that cannot be read, and as ``assets.upgrade.upgrade_warehouse``.
    """
    from assets.upgrade import upgrade_warehouse

    yield from upgrade_instance(home)
    if moved := upgrade_warehouse(home, processes):
        aside, number = moved
        yield Step("build/danvan.duckdb", f"migrated, release {number} is published", str(aside.relative_to(home.root)))


def upgrade_instance(home: Home) -> Iterator[Step]:
    """Do the instance's part; where another version of Dagster than today's was the last to look, its schema too."""
    offered = Offered.of(home)
    mine, theirs = shipped_settings(), Source(home.dagster, "dagster.yaml")
    stated = theirs.yaml() or {}
    if theirs.refuse_unless(isinstance(stated, dict), (), stated, "the instance's settings by name"):
        new = [name for name in mine if name not in stated and name not in offered.settings]
        if new:
            aside = _add(theirs, stated, {name: mine[name] for name in new}, offered)
            yield Step("dagster/dagster.yaml", f"added {', '.join(new)}", str(aside.relative_to(home.root)))
    theirs.check()
    if offered.dagster != version("dagster"):
        yield from _migrated(home, offered)
    Offered.today().write(home)


def _add(file: Source, stated: dict[str, Any], new: dict[str, str], offered: Offered) -> Path:
    """Append the texts of ``new`` settings; return the copy of before. Raises DeclarationError where that does not add them."""
    import yaml

    text = file.path.read_text(encoding="utf-8").rstrip("\n") + _ADDED + "".join(new.values())
    try:
        found = yaml.safe_load(text)
    except yaml.YAMLError:
        found = None
    added = yaml.safe_load("".join(new.values()))
    file.refuse_unless(
        found == stated | added, (), "a form to which nothing can be added", f"these too: {', '.join(new)}"
    )
    file.check()
    aside = file.path.with_name(f"{file.path.name}.before-{_name(offered)}")
    replace_file(file.path, aside)
    write_file(file.path, text.encode())
    return aside


def _migrated(home: Home, offered: Offered) -> Iterator[Step]:
    import dagster as dg

    with dg.DagsterInstance.get() as instance:
        behind = [name for name, (now, latest) in _schemas(instance).items() if now != latest]
        before = _copied(home, offered) if behind else ""
        said: list[str] = []
        instance.upgrade(said.append)
    done = [line.removeprefix("Finished ") for line in said if line.startswith("Finished ")]
    if behind or done:
        told = ", ".join([*(f"schema of {name}" for name in behind), *done])
        yield Step("Dagster's storage", f"migrated to dagster {version('dagster')}: {told}", before)


def _schemas(instance: DagsterInstance) -> dict[str, tuple[object, object]]:
    """The revision of each store's schema, and the latest; a store without revisions has nothing to migrate."""
    stores = {
        "runs": instance.run_storage,
        "events": instance.event_log_storage,
        "schedules": instance.schedule_storage,
    }
    found = {name: store.alembic_version() for name, store in stores.items() if store}
    return {name: (versions[0], versions[1]) for name, versions in found.items() if versions}


def _copied(home: Home, offered: Offered) -> str:
    """Copy the instance's SQLite files; blank where its storage is elsewhere, and so its backup."""
    folder = home.dagster / f"before-{_name(offered)}"
    for name in ("history", "schedules", "storage"):
        if (home.dagster / name).is_dir():
            shutil.copytree(home.dagster / name, folder / name, dirs_exist_ok=True)
    return str(folder.relative_to(home.root)) if folder.exists() else ""


def _name(offered: Offered) -> str:
    from assets.ingest import new_batch_id

    return f"{offered.dagster or 'unknown'}-{new_batch_id()}"
