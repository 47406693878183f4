"""Totals rows: every stated figure beside the rows that it closes. They are compared, never loaded.

Does not belong here: which rows are totals (rows), whether a total is right (the rule A-FOOT).
"""

from __future__ import annotations

from bisect import bisect
from typing import NamedTuple

from assets.intake.issues import Issue
from assets.intake.match import TableMap
from assets.intake.rows import Rows
from warehouse.cells import Reading, kind_of
from warehouse.cells.words import shown_text
from warehouse.declaration import form_tables
from warehouse.forms import FormColumn

EXACT = ("value", "zero")


class Total(NamedTuple):
    """One figure of a totals row, as stated, as the sum of the exact figures of the rows it closes, and the least that may be.

    ``rows`` are the first and the last row of the file that it closes; None when it closes none.
    """

    source_row: int
    column: str
    cell: str
    rows: tuple[int | None, int | None]
    stated: float
    computed: float
    least: float


def stated_totals(found: TableMap, rows: Rows, issues: list[Issue]) -> list[Total]:
    """Compare every stated figure of every totals row with the rows it closes.

    Those are the rows since the last one, or all above it; below a total that stands first, all of them.
    """
    out = []
    since = 0
    for index, kind in rows.totals:
        above = bisect(rows.data, index)
        closed = (
            rows.data[: above or None] if kind == "total" or not above else rows.data[bisect(rows.data, since) : above]
        )
        since = index
        for column, i in found.columns:
            if not column.ignored and kind_of(column.reader).is_totalled:
                out += _footing(found, index, (i, column), closed, issues)
    return out


def _footing(
    found: TableMap, index: int, at: tuple[int, FormColumn], closed: list[int], issues: list[Issue]
) -> list[Total]:
    sheet, (col, column) = found.sheet, at
    read = kind_of(column.reader).read
    written = sheet.at(index, col)
    total = read(written)
    stated = _parts(total)
    parts = [_parts(read(sheet.at(r, col))) for r in closed]
    row = sheet.first_row + index
    cell = sheet.cell(row, sheet.first_col + col)
    if total.issue:  # a total that cannot be read checks nothing, and must not seem to
        shown = shown_text(written[2:]) if written else None
        issues.append(Issue(total.issue, found.table, None, column.columns[0], sheet.name, cell, shown))
    ends = (sheet.first_row + closed[0], sheet.first_row + closed[-1]) if closed else (None, None)
    return [
        Total(row, name, cell, ends, figure, *_bounds(found.table, name, [p[k] for p in parts if p]))
        for k, (name, figure) in enumerate(zip(column.columns, stated, strict=False))
    ]


def _bounds(table: str, name: str, figures: list[float]) -> tuple[float, float]:
    """What the rows come to: their sum, and the least that it may be - the largest, where the same persons stand in several."""
    total = sum(figures)
    return total, max(figures, default=0) if form_tables()[table].column(name).repeats else total


def _parts(reading: Reading) -> tuple[float, ...]:
    if reading.state not in EXACT or reading.value is None:
        return ()
    return reading.value if isinstance(reading.value, tuple) else (reading.value,)  # type: ignore[return-value]
