"""How a home comes to have a lake: asked for once, before its first batch, and kept in ``lake.json``.

Does not belong here: opening it (warehouse.engines.lake).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from warehouse.damage import LakeError
from warehouse.engines.lake import place
from warehouse.files import write_file
from warehouse.settings import settings

if TYPE_CHECKING:
    from warehouse.home import Home

#: how the setting begins: what stands behind it is the engine's own way to name a catalogue
_KIND = "ducklake:"


def adopt_lake(home: Home) -> None:
    """Let the warehouse of a new home be the lake that the settings name; without one it is a file.

    Raises LakeError for a home that has another one already.
    """
    asked = settings(home)
    if not asked.warehouse:
        return
    wanted = {"catalog": asked.warehouse.removeprefix(_KIND), "data": asked.data or str(home.root / "lake")}
    if home.lake.exists():
        if place(home) != wanted:
            raise LakeError(
                f"the settings warehouse and data name another lake than {home.lake}: a home keeps the one it began with"
            )
        return
    if home.build.exists() or home.database.exists():
        raise LakeError(
            f"the warehouse of {home.root} is a file already; for a lake copy its archive/ to a new home, then there: "
            "danvan restore --from archive"
        )
    write_file(home.lake, json.dumps(wanted, indent=1).encode() + b"\n")


def require_file(home: Home, what: str, instead: str) -> None:
    """Raise LakeError when the warehouse is a lake: ``what`` knows files alone, and ``instead`` says what to do."""
    if home.lake.exists():
        raise LakeError(f"{what} is for a warehouse in a file, this one is a lake; {instead}")
