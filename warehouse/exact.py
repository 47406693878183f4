"""Exact figures, said once: views and a macro generated from the declarations of tables, states and code lists.

Belongs here: their SQL text. Does not: creating them (warehouse.views), views that somebody wrote (``warehouse/views``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from warehouse.codes import Code, code_lists
from warehouse.declaration import Table, report_tables
from warehouse.relation import CELL_STATES, literal
from warehouse.source import ROOT

if TYPE_CHECKING:
    from pathlib import Path

#: where views stand that somebody wrote
VIEWS = "warehouse/views"
_EXACT = """\
-- {label}: số liệu chính xác - Rows of core.{core} with exact figures: NULL where qualified, stated as none or blank.
--   reporter_level: Cấp báo cáo - Level on which the unit reports on the last day of the period
--   unit_code: Mã đơn vị - Code of the unit on the last day of the period
--   unit_name: Tên đơn vị - Name of the unit on the last day of the period
--   unit_type_code: Loại hình đơn vị - Type of the unit on the last day of the period
--   parent_unit_id: Cấp trên trực tiếp - Superior of the unit on the last day of the period
--   is_counted: Được tính - The figures of the unit's year rest on it: current, and not contained in a longer cumulative period
--   uncounted: Lý do không tính - Why they do not (codes: uncounted); blank where they do
SELECT f.*{figures},
    u.reporter_level_code AS reporter_level, u.unit_code, u.unit_name, u.unit_type_code, u.parent_unit_id,
    y.submission_id IS NOT NULL AS is_counted,
    CASE WHEN y.submission_id IS NOT NULL THEN NULL WHEN NOT f.is_current THEN 'superseded'
         WHEN core.is_roll_up(f.period_kind) THEN 'roll_up' ELSE 'contained' END AS uncounted
FROM core.{core} f
LEFT JOIN core.unit_on_day u ON u.unit_id = f.unit_id AND f.period_end >= u.valid_from AND f.period_end < u.next_from
LEFT JOIN mart.year_source y ON y.submission_id = f.submission_id
"""

_PLACES = """\
-- Chỗ của mỗi dòng số liệu - Where each row of each fact stands in its file.
--   source_table: Bảng - Fact, with schema
--   table_name: Bảng của mẫu - Table of the form, as in intake.column_map
"""
_PLACE = "SELECT 'core.{core}' AS source_table, '{name}' AS table_name, submission_id, row_no, sheet, source_row FROM core.{core}"

_CODES = """\
-- Danh mục {name} kèm thuộc tính - Codes of the list {name} with their properties.
{comments}
SELECT c.code, c.code_label, c.code_label_en, c.valid_from, c.valid_to, c.position,
    {properties}
FROM core.dim_code c LEFT JOIN core.code_property p USING (code_list, code)
WHERE c.code_list = {literal}
GROUP BY ALL
"""


def exact_views(root: Path = ROOT) -> dict[str, str]:
    """Return the SELECT of ``core.<fact>_exact`` for every fact, by the view's qualified name."""
    return {f"core.{t.core}_exact": _exact(t) for t in report_tables(root).values()}


def place_view(root: Path = ROOT) -> dict[str, str]:
    """Return the SELECT of ``core.row_place``: where each row of each fact stands in its file."""
    places = "\nUNION ALL\n".join(_PLACE.format(core=t.core, name=t.name) for t in report_tables(root).values())
    return {"core.row_place": f"{_PLACES}{places}\n"}


def rows_view(table: str, root: Path = ROOT) -> str:
    """Return the view that figures are taken from: ``core.<table>_rows`` where somebody wrote it, else the exact one."""
    written = f"core.{table}_rows"
    return written if (root / VIEWS / f"{written}.sql").exists() else f"core.{report_tables(root)[table].core}_exact"


def code_views(root: Path = ROOT) -> dict[str, str]:
    """Return the SELECT of ``core.code_<list>`` for every code list that has properties."""
    known = {name: _properties(codes) for name, codes in code_lists(root).items()}
    return {f"core.code_{name}": _of_list(name, properties) for name, properties in known.items() if properties}


def is_exact_macro(root: Path = ROOT) -> dict[str, str]:
    """Return the statement that makes ``core.is_exact(state)``: true for the states that carry an exact figure."""
    states = ", ".join(literal(c.code) for c in code_lists(root)[CELL_STATES] if c.properties["is_exact"])
    return {"core.is_exact": f"CREATE OR REPLACE MACRO core.is_exact(state) AS (state IN ({states}))"}


def _exact(table: Table) -> str:
    stated = [(c.name, c.state_name) for c in table.columns if c.state_name]
    cases = ",\n".join(f"    CASE WHEN core.is_exact({s}) THEN {n} END AS {n}" for n, s in stated)
    return _EXACT.format(label=table.label, core=table.core, figures=f" REPLACE (\n{cases}\n)" if cases else "")


def _properties(codes: tuple[Code, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for c in codes for name in c.properties))


def _of_list(name: str, properties: tuple[str, ...]) -> str:
    values = [f"max(p.property_value) FILTER (p.property = {literal(p)})" for p in properties]
    columns = [
        f"coalesce({value} = 'yes', false) AS {p}" if p.startswith("is_") else f"{value} AS {p}"
        for p, value in zip(properties, values, strict=True)
    ]
    comments = [f"--   {p}: Thuộc tính {p} - Property {p} of warehouse/codes/{name}.csv" for p in properties]
    return _CODES.format(
        name=name, comments="\n".join(comments), properties=",\n    ".join(columns), literal=literal(name)
    )
