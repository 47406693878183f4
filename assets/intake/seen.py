"""What is seen in a sheet otherwise than it is read: rows and columns that are hidden, cells that are struck out or raised.

Belongs here: what of it is said, and at which cells. Does not: finding it in the file (sheet_scan, ods_scan).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from assets.intake.grid import RawSheet, column_letters
from assets.intake.issues import Issue
from assets.intake.match import TableMap
from warehouse.cells import kind_of
from warehouse.cells.words import shown_text
from warehouse.forms import FormColumn


def seen_otherwise(found: TableMap, numbers: Mapping[int, int]) -> Iterator[Issue]:
    """Yield the findings; ``numbers`` are those of the rows of data, by their row in the sheet."""
    sheet = found.sheet
    mapped = {sheet.first_col + i: c for c, i in found.columns if not c.ignored}
    for r in sorted(sheet.hidden_rows & numbers.keys()):
        yield Issue("H-ROW-HIDDEN", found.table, numbers[r], None, sheet.name, f"{r}:{r}")
    for col in sorted(sheet.hidden_columns & mapped.keys()):
        if any(sheet.at(r - sheet.first_row, col - sheet.first_col) is not None for r in numbers):
            at = f"{column_letters(col)}:{column_letters(col)}"
            yield Issue("H-COLUMN-HIDDEN", found.table, None, None, sheet.name, at, mapped[col].header)
    if sheet.hides_others and numbers:
        yield Issue("H-ROWS-DEFAULT-HIDDEN", found.table, None, None, sheet.name)
    yield from _marks(found, numbers, mapped)


def _marks(found: TableMap, numbers: Mapping[int, int], mapped: Mapping[int, FormColumn]) -> Iterator[Issue]:
    """Rows of which nothing stands, which ask whether they are reported; and cells with parts that do not stand."""
    sheet = found.sheet
    marked = {(r, col) for r, col in sheet.marked | sheet.struck if r in numbers and col in mapped}
    gone = {r for r in {row for row, _ in marked & sheet.struck} if _is_struck(sheet, r, mapped)}
    for r in sorted(gone):
        yield Issue("H-ROW-STRUCK", found.table, numbers[r], None, sheet.name, f"{r}:{r}")
    for r, col in sorted(at for at in marked if at[0] not in gone):
        of, cell = kind_of(mapped[col].reader), sheet.at(r - sheet.first_row, col - sheet.first_col)
        code = "V-MARKED" if of.is_figure or of.is_date else "H-STRUCK"
        raw = shown_text(cell[2:]) if cell else None
        yield Issue(code, found.table, numbers[r], mapped[col].columns[0], sheet.name, sheet.cell(r, col), raw)


def _is_struck(sheet: RawSheet, row: int, mapped: Mapping[int, FormColumn]) -> bool:
    index = row - sheet.first_row
    filled = {(row, col) for col in mapped if sheet.at(index, col - sheet.first_col) is not None}
    return filled <= sheet.struck | sheet.merged
