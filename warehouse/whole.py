"""Whether the build file is still what was published, byte for byte: asked before a batch builds upon it.

The engine looks at the checksums of the blocks that it reads; what it does not read it would hand on, to build and readers alike.
Does not belong here: holding the whole home against itself (assets.verify).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from warehouse.catalog import is_copied
from warehouse.damage import BuildDamagedError, DatabasesDifferError
from warehouse.files import sha256_of
from warehouse.sealed import recorded

if TYPE_CHECKING:
    from pathlib import Path

    from warehouse.home import Home

#: bytes of each file that are held against each other at once: filecmp takes 8 KB, which takes three times as long
_PIECE = 1 << 20


def require_whole(home: Home) -> None:
    """Raise BuildDamagedError when the build file changed since it was copied to its readers; it costs what the copy did.

    A published file that changed is no error: it is made again with the batch. Raises DatabasesDifferError where the manifest
    is older than both and cannot tell which changed. What was committed and not yet published has no copy to be held against,
    nor has a lake.
    """
    if home.lake.exists() or not is_copied(home):
        return
    if _is_alike(home.build, home.database):
        return
    listed = recorded(home.manifest).get(home.database.name)
    if listed == sha256_of(home.database):
        raise BuildDamagedError.at(home.build)
    if listed != sha256_of(home.build):
        raise DatabasesDifferError.at(home.build, home.database)


def _is_alike(a: Path, b: Path) -> bool:
    """Tell whether two files have the same bytes; both are read to the end, or to the first difference."""
    with a.open("rb") as one, b.open("rb") as other:
        while (piece := one.read(_PIECE)) == other.read(_PIECE):
            if not piece:
                return True
    return False
