"""Headers in another order than the form's: columns that were moved, or header texts exchanged above cells that stayed.

Belongs here: telling one from the other by the cells. Does not: finding headers (match) or the values that are loaded.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, islice

from assets.intake.issues import Issue
from assets.intake.match import Mapped, TableMap
from warehouse.cells import kind_of
from warehouse.cells.reading import Cell
from warehouse.declaration import form_tables
from warehouse.forms import FormColumn

#: distinct cells of a column that are tried; cells beyond them could only prove that columns were moved
TRIED = 200


def moved_headers(found: TableMap, data: list[int]) -> list[Issue]:
    """Return a finding when headers stand in another order than the form's; ``data`` are the indices of the rows of data.

    Where the cells read as well under the headers that the form has at their places, nothing tells whether columns were
    moved or only their headers, and the sender is asked. Objects of json have no order.
    """
    sheet = found.sheet
    order = [i for _, i in found.columns]  # in the form's order
    if sheet.address == "pointer" or order == sorted(order):
        return []
    tried = {i: _cells(found, data, i) for i in order}
    for group in (*_cycles(found.columns), *_crossed(found.columns)):
        if any(tried[i] for _, i in group) and all(fits(column, tried[i]) for column, i in group):
            (first, _), (other, at) = group[:2]
            return [_issue("H-HEADER-EXCHANGED", found, at, first.header, f"{first.header} / {other.header}")]
    moved, i = next(pair for pair, j in zip(found.columns, sorted(order), strict=True) if pair[1] != j)
    return [_issue("H-HEADER-MOVED", found, i, moved.header)]


def _issue(code: str, found: TableMap, i: int, header: str, detail: str | None = None) -> Issue:
    sheet = found.sheet
    at = sheet.cell(sheet.first_row + found.header_row, sheet.first_col + i)
    return Issue(code, found.table, sheet=sheet.name, cell=at, found=header, detail=detail)


def _cycles(columns: tuple[Mapped, ...]) -> Iterator[list[Mapped]]:
    """Yield the columns whose headers changed places among themselves, each with the place that the form has for it."""
    place = {i: pair for pair, i in zip(columns, sorted(i for _, i in columns), strict=True)}
    while place:
        i, (column, at) = place.popitem()
        cycle = [(column, i)]
        while at in place:
            i, (column, at) = at, place.pop(at)
            cycle.append((column, i))
        if len(cycle) > 1:
            yield sorted(cycle, key=lambda pair: pair[1])


def _crossed(columns: tuple[Mapped, ...]) -> Iterator[list[Mapped]]:
    """Yield each pair in the wrong order, with each other's places: two may be exchanged besides what was moved."""
    for (one, i), (other, j) in combinations(columns, 2):
        if i > j:
            yield [(one, j), (other, i)]


def _cells(found: TableMap, data: list[int], i: int) -> list[Cell]:
    rows = (found.sheet.rows[r] for r in data)
    return list(islice(dict.fromkeys(row[i] for row in rows if i < len(row) and row[i] is not None), TRIED))


def fits(column: FormColumn, cells: list[Cell]) -> bool:
    """Tell whether all cells read well under the header of ``column``; what is not loaded reads anything."""
    if column.ignored:
        return True
    of, filled = kind_of(column.reader), form_tables()[column.table].column(column.columns[0])
    return not any(of.read(cell, filled).issue for cell in cells)
