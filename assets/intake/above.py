"""Rows of data above the header of their table: sorting a whole sheet takes its header along, and what is above is not read.

Belongs here: telling such rows from titles and letterheads. Does not: rows below the header (rows).
"""

from __future__ import annotations

from assets.intake.grid import RawSheet
from assets.intake.issues import Issue
from assets.intake.match import TableMap
from assets.intake.moved import fits
from warehouse.cells.words import shown_text


def rows_above(found: TableMap) -> list[Issue]:
    """Return a finding for each row above the header that has all that a row of data must have, where it belongs."""
    sheet = found.sheet
    above = range(found.header_row) if sheet.address != "pointer" else ()
    return [_issue(found, sheet, r) for r in above if _is_data(found, sheet.rows[r])]


def _is_data(found: TableMap, row: list[str | None]) -> bool:
    cells = [(c, cell) for c, i in found.columns if not c.ignored and i < len(row) and (cell := row[i]) is not None]
    required = {c for c, _ in found.columns if c.required and not c.ignored}
    return (
        len({cell for _, cell in cells}) > 1
        and required <= {c for c, _ in cells}
        and all(fits(c, [cell]) for c, cell in cells)
    )


def _issue(found: TableMap, sheet: RawSheet, r: int) -> Issue:
    row = sheet.first_row + r
    first = next(cell for cell in sheet.rows[r] if cell)
    return Issue("H-ROW-ABOVE", found.table, None, None, sheet.name, f"{row}:{row}", shown_text(first[2:]))
