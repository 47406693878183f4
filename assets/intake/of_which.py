"""Rows behind "Trong đó" or "Chia ra" that name no entry of their own: parts of the row above, or a row that must be asked about.

A part has a label and figures, none of them above that of the row it is a part of. What else stands there may be a row whose
entry was written wrong: the unit is asked, and nothing of it is loaded meanwhile.
Does not belong here: the other kinds of rows (rows), the words of the findings (expectations).
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from assets.intake.issues import Issue
from assets.intake.rows import OF_WHICH, first_word
from warehouse.cells import kind_of
from warehouse.cells.reading import Cell, Reading
from warehouse.cells.words import fold_key, shown_text
from warehouse.codes import code_lists
from warehouse.declaration import form_tables

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assets.intake.match import Mapped, TableMap
    from assets.intake.rows import Rows

#: how much a label may be like one of the list and still be one of its own
_LIKE = 0.75


def take_parts(found: TableMap, rows: Rows) -> list[Issue]:
    """Take out of ``rows.data`` what stands behind "Trong đó" without an entry of its own; returns what must be asked.

    Parts go to ``rows.of_which``; a row that must be asked about is not loaded: it is ``unread``.
    """
    entry = _entry(found)
    if entry is None or found.sheet.address == "pointer":
        return []
    asked = []
    for index, whole in list(_behind(found, rows, entry)):
        rows.data.remove(index)
        if whole is not None and _is_part(found, entry, index, whole):
            rows.of_which.append(index)
        else:
            rows.unread += 1
            asked.append(_asked(found, entry, index))
    rows.of_which.sort()
    return asked


def _entry(found: TableMap) -> Mapped | None:
    """The first column in which each row must name an entry of a list."""
    return next(
        ((c, i) for c, i in found.columns if not c.ignored and c.required and kind_of(c.reader).has_choices), None
    )


def _behind(found: TableMap, rows: Rows, entry: Mapped) -> Iterator[tuple[int, int | None]]:
    """Yield each row of data that stands behind a "Trong đó" and names no entry, with the row that it may be a part of."""
    ends, starts = {i for i, _ in rows.totals}, set(rows.of_which)
    is_inside, whole = False, None
    for index in sorted({*rows.data, *ends, *starts}):
        if index in ends or index in starts:
            is_inside = index in starts
            continue
        is_inside = is_inside or first_word(found.sheet.rows[index]).startswith(OF_WHICH)
        if not is_inside or _names_one(found, entry, index):
            is_inside, whole = False, index
        else:
            yield index, whole


def _names_one(found: TableMap, entry: Mapped, row: int) -> bool:
    return _read(found, entry, row).value is not None


def _is_part(found: TableMap, entry: Mapped, row: int, whole: int) -> bool:
    """Tell whether nothing but a label and figures stands there, none above that of the whole row."""
    label = fold_key((_cell(found, entry, row) or "s:")[2:])
    if get_close_matches(label, _labels(entry), n=1, cutoff=_LIKE):
        return False
    return all(
        _is_within(_read(found, pair, row), _read(found, pair, whole)) and kind_of(pair[0].reader).is_figure
        for pair in found.columns
        if pair != entry and not pair[0].ignored and _cell(found, pair, row) is not None
    )


def _is_within(part: Reading, whole: Reading) -> bool:
    figures = part.value, whole.value
    return all(isinstance(v, int | float) for v in figures) and figures[0] <= figures[1]  # type: ignore[operator]


def _labels(entry: Mapped) -> list[str]:
    column, _ = entry
    codes = form_tables()[column.table].column(column.columns[0]).codes
    return [fold_key(text) for c in code_lists()[str(codes)] for text in (c.label, *c.synonyms)]


def _asked(found: TableMap, entry: Mapped, row: int) -> Issue:
    sheet, (column, i) = found.sheet, entry
    at = sheet.cell(sheet.first_row + row, sheet.first_col + i)
    first = next((c for c in sheet.rows[row] if c and c.startswith("s:")), None)
    shown = shown_text(first[2:]) if first else None
    return Issue("H-ROW-PART", found.table, None, column.columns[0], sheet.name, at, shown)


def _cell(found: TableMap, pair: Mapped, row: int) -> Cell:
    return found.sheet.at(row, pair[1])


def _read(found: TableMap, pair: Mapped, row: int) -> Reading:
    column = pair[0]
    return kind_of(column.reader).read(_cell(found, pair, row), form_tables()[column.table].column(column.columns[0]))
