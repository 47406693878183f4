"""Views and macros that are generated from the declarations: which there are, by qualified name.

Does not belong here: their SQL text (warehouse.exact, periods, as_of, provenance, families, on_units),
those that somebody wrote (warehouse.sql_files).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from warehouse.as_of import as_of_macros
from warehouse.exact import code_views, exact_views, is_exact_macro, place_view
from warehouse.families import family_views
from warehouse.on_units import on_units_macros
from warehouse.periods import kind_macros, label_macro
from warehouse.provenance import lineage_view

if TYPE_CHECKING:
    from pathlib import Path


def generated_views(root: Path) -> dict[str, str]:
    """Return the SELECT of every generated view."""
    return exact_views(root) | place_view(root) | code_views(root) | lineage_view(root) | family_views(root)


def generated_macros(root: Path) -> dict[str, str]:
    """Return the statement that makes every generated macro."""
    return is_exact_macro(root) | kind_macros() | label_macro() | as_of_macros(root) | on_units_macros(root)
