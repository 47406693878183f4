"""Headers in another order: figures are never exchanged in silence, and columns that moved as a whole still load."""

from __future__ import annotations

from itertools import combinations, permutations

import pytest

from assets.intake.grid import RawSheet
from assets.intake.issues import Issue
from assets.intake.match import match_tables
from assets.intake.moved import moved_headers
from assets.intake.rows import sort_rows
from warehouse.cells import kind_of
from warehouse.cells.reading import Cell
from warehouse.forms import FormColumn, form_versions

FORM = form_versions()["BCDV", "2023"]
TABLES = FORM.tables()
#: cells that read well under no header of another kind, except figures under each other's
TELLING = {"count": "n:7", "decimal": "n:7.5", "date": "d:2023-05-04", "yes_no": "s:Có", "ignore": "s:Theo kế hoạch"}


def _cell(column: FormColumn) -> Cell:
    return TELLING.get(column.reader, "s:Chuyện khác")


def _found(table: str, headers: list[FormColumn], cells: list[Cell]) -> list[Issue]:
    rows: list[list[Cell]] = [
        ["s:" + h.group_header or None for h in headers],
        ["s:" + h.header for h in headers],
        cells,
    ]
    issues: list[Issue] = []
    sheet = RawSheet(FORM.sheet(table), True, rows, 1, 0)
    (found,) = (m for m in match_tables(FORM, [sheet], issues) if m.table == table)
    assert {i.code for i in issues} == {"H-SHEET-MISSING"}  # the other tables'
    return moved_headers(found, sort_rows(found).data)


def _is_figure(column: FormColumn) -> bool:
    return not column.ignored and kind_of(column.reader).is_figure


@pytest.mark.parametrize("table", TABLES)
def test_two_exchanged_headers_of_figures_are_asked_about(table: str) -> None:
    headers = FORM.headers(table)
    for a, b in combinations([i for i, h in enumerate(headers) if _is_figure(h)], 2):
        order = list(headers)
        order[a], order[b] = order[b], order[a]
        found = _found(table, order, ["n:7" if _is_figure(h) else _cell(h) for h in headers])
        assert [i.code for i in found] == ["H-HEADER-EXCHANGED"], (headers[a].header, headers[b].header)


def test_no_order_of_headers_over_cells_that_stayed_loads_them_elsewhere_in_silence() -> None:
    """Every order of four columns: it is asked about, or a cell does not read under its new header."""
    table = "issue"
    headers = FORM.headers(table)
    kept = headers[:3]
    for filled in ([True] * 4, [True, False, True, True], [False, True, True, False]):
        cells = [*map(_cell, kept), *("n:7" if f else None for f in filled[:2]), None, "s:Ghi" if filled[3] else None]
        for order in permutations(headers[3:]):
            found = _found(table, [*kept, *order], cells)
            moved = [(h, c) for h, own, c in zip(order, headers[3:], cells[3:], strict=True) if h is not own and c]
            if not moved:
                continue
            misread = any(not h.ignored and kind_of(h.reader).read(c).issue for h, c in moved if h.reader != "code")
            misread = misread or any(h.reader == "code" for h, _ in moved)  # neither 7 nor Ghi is a code
            assert misread or [i.code for i in found] == ["H-HEADER-EXCHANGED"], [h.header for h in order]


def test_a_column_of_another_kind_that_moved_with_its_cells_is_a_warning() -> None:
    headers = FORM.headers("inspection_finding")
    dates = [h for h in headers if h.columns == ("found_date",)]
    order = [h for h in headers if h not in dates]
    order.insert(3, dates[0])  # before the number of findings
    (found,) = _found("inspection_finding", order, [_cell(h) for h in order])
    assert (found.code, found.cell) == ("H-HEADER-MOVED", "E2")


def test_without_rows_nothing_can_be_exchanged() -> None:
    headers = FORM.headers("issue")
    (found,) = _found("issue", [*headers[:3], headers[4], headers[3], *headers[5:]], [None])
    assert found.code == "H-HEADER-MOVED"
