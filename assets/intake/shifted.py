"""A table whose cells stand one column beside their headers: pasted there, or a column was deleted above them.

Belongs here: telling it by the cells. Does not: headers in another order (moved), the values that are loaded.
"""

from __future__ import annotations

from assets.intake.issues import Issue
from assets.intake.match import Mapped, TableMap
from warehouse.cells import kind_of
from warehouse.cells.words import shown_text
from warehouse.declaration import form_tables

#: of the filled cells, how many do not read at their place, and how many at most beside it
WRONG_HERE, WRONG_THERE = 0.4, 0.1
#: fewer cells prove nothing
FEWEST = 4
#: rows that are looked at
TRIED = 50


def shifted_table(found: TableMap, data: list[int]) -> Issue | None:
    """Return a finding when most cells do not read under their headers and nearly all do one column beside; ``data`` are rows."""
    sheet = found.sheet
    if sheet.address == "pointer" or not data or _wrong(found, data[:1], 0) < WRONG_HERE:
        return None
    rows = data[:TRIED]
    if _wrong(found, rows, 0) < WRONG_HERE:
        return None
    for shift, where in ((1, "phải"), (-1, "trái")):
        if _wrong(found, rows, shift) <= WRONG_THERE:
            at = min(i for _, i in found.columns) + max(shift, 0)
            cell = sheet.cell(sheet.first_row + data[0], sheet.first_col + at)
            text = sheet.at(data[0], at)
            told = f"{shown_text(text[2:])} - " if text else ""
            return Issue(
                "H-TABLE-SHIFTED", found.table, None, None, sheet.name, cell, f"{told}cả bảng lệch sang {where} một cột"
            )
    return None


def _wrong(found: TableMap, rows: list[int], shift: int) -> float:
    """The share of filled cells that do not read under the headers ``shift`` columns to their left; 0 of too few."""
    read = [_reads(found, pair, r, shift) for pair in found.columns if not pair[0].ignored for r in rows]
    told = [r for r in read if r is not None]
    return told.count(False) / len(told) if len(told) >= FEWEST else 0.0 if shift == 0 else 1.0


def _reads(found: TableMap, pair: Mapped, row: int, shift: int) -> bool | None:
    """Tell whether a cell reads there; None where it is blank, or where any text would."""
    column, i = pair
    cell = found.sheet.at(row, i + shift) if i + shift >= 0 else None
    of = kind_of(column.reader)
    if cell is None or of.if_none is None:
        return None
    return not of.read(cell, form_tables()[column.table].column(column.columns[0])).issue
