"""The kinds of cell by name: every module of ``warehouse/cells/kinds`` brings one, as ``KIND``.

Belongs here: finding them. Does not: what a kind can (kind, and each module of kinds).
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from warehouse.cells.kind import Kind


class UnknownKindError(ValueError):
    """No module of ``warehouse/cells/kinds`` has this name; the message names those that are there."""


@cache
def cell_kinds() -> dict[str, Kind]:
    """Return every kind of cell by name, in the order of the guide. Raises TypeError for a module without a ``KIND``."""
    import warehouse.cells.kinds as package

    found = []
    for module in pkgutil.iter_modules(package.__path__):
        made = getattr(importlib.import_module(f"{package.__name__}.{module.name}"), "KIND", None)
        if not isinstance(made, Kind) or made.name != module.name:
            raise TypeError(
                f"warehouse/cells/kinds/{module.name}.py: expected KIND, a Kind whose name is {module.name!r}"
            )
        found.append(made)
    return {k.name: k for k in sorted(found, key=lambda k: (k.guide is None, k.guide, k.name))}


def kind_of(name: str) -> Kind:
    """Return the kind ``name``, as the column ``reader`` of a form map names it. Raises UnknownKindError."""
    found = cell_kinds().get(name)
    if found is None:
        raise UnknownKindError(f"no kind of cell {name!r}; there are {', '.join(sorted(cell_kinds()))}")
    return found
