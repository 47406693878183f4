"""Figures by family of units: for every mart by unit whose figures add, a view that is exact whatever merged or split.

Belongs here: their SQL text, made of the marts' own declarations. Does not: which units are a family (core.unit_family), the
marts by unit themselves (warehouse.marts).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from warehouse.exact import rows_view
from warehouse.figure import aggregate
from warehouse.relation import Relation, column_comment, relations

if TYPE_CHECKING:
    from pathlib import Path

    from warehouse.declaration import Column

_VIEW = """\
-- {label}, theo nhóm đơn vị - {name} by family of units: exact over mergers and splits, since what is joined is added up.
--   family_id: Nhóm đơn vị - Family of units: core.unit_family
--   reporter_level: Cấp báo cáo - bloc, or unit for a grassroots unit; never add the two
{comments}
SELECT {key}, reporter_level{figures}
FROM {rows} JOIN core.unit_family USING (unit_id)
WHERE is_counted
GROUP BY {key}, reporter_level
"""


def family_views(root: Path) -> dict[str, str]:
    """Return the SELECT of ``mart.<mart>_on_families`` for every mart by unit with figures that add over units, by name."""
    marts = [r for r in relations(root).values() if r.schema == "mart" and r.rows and "unit_id" in r.key]
    return {f"{r.qualified}_on_families": _view(r, root) for r in marts if adding(r)}


def adding(mart: Relation) -> list[Column]:
    """The columns of a mart that add over units, and the rates over such; what the last report says, or the only one, does not."""
    return [c for c in mart.columns if c.figure and (c.figure.added or c.figure.blank or c.figure.count)]


def _view(mart: Relation, root: Path) -> str:
    shown = adding(mart)
    others = [k for k in mart.key if k != "unit_id"]
    named = [mart.column(k) for k in others] + shown
    return _VIEW.format(
        label=mart.label,
        name=mart.name,
        comments="\n".join(f"--   {c.name}: {column_comment(c)}" for c in named),
        key=", ".join(["family_id" if k == "unit_id" else k for k in mart.key]),
        figures="".join(f",\n       {aggregate(c.figure)} AS {c.name}" for c in shown if c.figure),
        rows=rows_view(str(mart.rows), root),
    )
