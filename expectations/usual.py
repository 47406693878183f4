"""What a unit usually reports: every exact figure of the touched units beside the middle and the spread of its own past.

Belongs here: the SQL for it, generated from the declarations. Does not: how far a figure may stray (rules/history.yaml).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from warehouse.declaration import Column, Table, report_tables
from warehouse.relation import literal

if TYPE_CHECKING:
    from pathlib import Path

#: measures that are counts of something; a rate, and what a plan was, do not tell of a slip of the finger by their size
_COUNTED = ("flow", "persons", "level")


def figures_with_usual(root: Path) -> str:
    """Return the query of the figures above 0 in current reports: place, ``label``, ``figure``, ``reports``, ``usual``, ``spread``.

    ``usual`` is the median over the unit's reports, ``spread`` the median distance from it, both of logarithms (of figure + 1),
    so that one wild figure, or a third of them, moves neither; ``reports`` is how many reports have the figure.
    """
    figures = "\nUNION ALL ".join(_of_table(t) for t in report_tables(root).values() if _counts(t))
    by = "form_code, unit_id, table_name, column_name"
    return f"""
WITH stated AS MATERIALIZED (SELECT * EXCLUDE (cell), cell.* FROM ({figures}) WHERE cell.figure > 0),
past AS (SELECT {by}, median(ln(figure + 1)) AS usual, mad(ln(figure + 1)) AS spread, count(DISTINCT submission_id) AS reports
    FROM stated GROUP BY ALL)
FROM stated JOIN past USING ({by})"""


def _of_table(table: Table) -> str:
    cells = ", ".join(_cell(c) for c in _counts(table))
    return f"""
SELECT form_code, unit_id, submission_id, row_no, {literal(table.name)} AS table_name, sheet, source_row, unnest([{cells}]) AS cell
FROM core.{table.core} WHERE is_current AND NOT core.is_roll_up(period_kind) AND unit_id IN (FROM staging.touched_unit)"""


def _cell(column: Column) -> str:
    exact = f"CASE WHEN core.is_exact({column.state_name}) THEN {column.name} END::DOUBLE"
    return f"struct_pack(column_name := {literal(column.name)}, label := {literal(column.label)}, figure := {exact})"


def _counts(table: Table) -> list[Column]:
    return [c for c in table.columns if c.state_name and c.type == "count" and c.measure in _COUNTED]
