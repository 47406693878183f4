"""The marts that follow from the declarations alone: a batch of reports neither builds nor hashes them anew.

Belongs here: which these are. Does not: building marts (warehouse.marts), telling that declarations changed (warehouse.bootstrap).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from warehouse.bootstrap import mirrors
from warehouse.marts import marts
from warehouse.relation import relations
from warehouse.source import per_root
from warehouse.sql_text import reached
from warehouse.views import sql_objects

if TYPE_CHECKING:
    from pathlib import Path


@per_root
def declared_marts(root: Path) -> frozenset[str]:
    """Return the qualified names of the marts that read, down to the tables, mirrors of the declarations only."""
    texts = {m.relation.qualified: m.sql for m in marts(root)}
    known = texts | {name: o.sql for name, o in sql_objects(root).items()}
    fixed = mirrors().keys()
    read = {name: (reached([name], known) & relations(root).keys()) - texts.keys() for name in texts}
    return frozenset(name for name, tables in read.items() if tables and tables <= fixed)
