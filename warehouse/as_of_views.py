"""What was known then, of all that follows from it: each mart, and what it reads, a second time, on ``<table>_as_of``.

There is no second SQL: the text is that of today, so a figure is asked of then as it is defined now. Does not belong here: the
tables that are kept in generations (warehouse.as_of).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from warehouse.as_of import as_of_macros
from warehouse.sql_text import bare, given, reached

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SUFFIX = "_as_of"
#: asked beside the marts. Others are not made: each costs time whenever a warehouse is made anew
_ASKED = (
    "core.unit_map", "mart.programme_review", "mart.model_flow", "mart.finding_recurrence", "mart.training_by_unit_on_units_of",
)  # fmt: skip
_KNOWN = "known"
_HEAD = """\
-- {name} as it was known at a release (its number), at a moment (UTC) or at the end of a day, by the definitions of today.
"""


def as_of_views(
    views: Mapping[str, str], macros: Mapping[str, str], marts: Mapping[str, str], root: Path
) -> dict[str, str]:
    """Return the statements that make ``<name>_as_of(known, ...)`` of each mart that what came to be known changes.

    And of the views and macros that these read. ``views`` and ``marts`` are SELECTs by name, ``macros`` statements.
    """
    kept = as_of_macros(root)
    texts = {**views, **macros, **marts}
    asked = [*marts, *_ASKED]
    read = reached(asked, texts).union(asked) & texts.keys() - kept.keys()
    changing = {n for n in read if any(f"{name}{SUFFIX}" in kept for name in reached([n], texts))}
    names = {n: f"{n}{SUFFIX}" for n in changing} | {n.removesuffix(SUFFIX): n for n in kept}
    return {names[n]: _made(n, texts[n], names) for n in texts if n in changing}


def _made(name: str, sql: str, names: Mapping[str, str]) -> str:
    body = given(bare(sql), names, _KNOWN)
    head = "" if body.startswith("CREATE") else f"CREATE OR REPLACE MACRO {names[name]}({_KNOWN}) AS TABLE\n"
    return f"{_HEAD.format(name=name)}{head}{body}\n"
