"""What every file becomes before anybody looks at its meaning: sheets of tagged cells with addresses.

What a tagged cell is, ``warehouse.cells.reading`` says.

Does not belong here: reading files, meaning of cells.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

from warehouse.cells.reading import Cell

AddressKind = Literal["a1", "line", "pointer"]
#: a spreadsheet's day, tagged, with a fraction where it has a time
_SERIAL = re.compile(r"n:\d{1,7}(?:\.\d+)?")


class Refused(Exception):  # noqa: N818 - a verdict on a file, not an error of the program
    """The file is not read at all. ``code`` is a code of the finding catalogue; ``detail`` says what was seen."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(code, detail)
        self.code = code
        self.detail = detail

    def __str__(self) -> str:
        """The catalogue's sentence: code, what is wrong in both languages, what was seen, how to mend it."""
        from expectations.catalogue import catalogue

        entry = catalogue()[self.code]
        return f"{self.code}: {entry.title} - {entry.title_en} ({self.detail}). {entry.remedy}"


@dataclass(frozen=True, slots=True)
class FileFinding:
    """Something that the reader noticed and that stops nothing by itself."""

    code: str
    sheet: str | None
    cell: str | None
    found: str
    detail: str


@dataclass(frozen=True, slots=True)
class RawSheet:
    """One sheet; ``first_row`` is the number of ``rows[0]``, ``first_col`` the 0-based first column.

    Rows are numbered from 1; the items of a json list from 0, so its keys stand in row -1.

    Merged ranges are filled with their top-left cell; ``merged`` are (row, column) of the copies. ``formulas`` are cells
    whose cached value was read, ``uncomputed`` those that have none; ``marked`` cells have parts above or below the line or
    struck out, ``struck`` ones are struck out as a whole. ``hidden_columns`` are 0-based; ``hides_others``: rows that the file
    does not write are hidden. ``day_shift`` is added to a bare serial number of a
    day: 1462 in a workbook that counts days from 1904.
    """

    name: str
    visible: bool
    rows: list[list[Cell]]
    first_row: int
    first_col: int
    formulas: frozenset[tuple[int, int]] = frozenset()
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    hides_others: bool = False
    uncomputed: frozenset[tuple[int, int]] = frozenset()
    merged: frozenset[tuple[int, int]] = frozenset()
    marked: frozenset[tuple[int, int]] = frozenset()
    struck: frozenset[tuple[int, int]] = frozenset()
    day_shift: int = 0
    address: AddressKind = "a1"
    keys: tuple[str, ...] = field(default=())

    def at(self, index: int, col: int) -> Cell:
        """Return the cell at ``col`` of ``rows[index]``, both from 0; None beyond what is filled."""
        cells = self.rows[index] if index < len(self.rows) else []
        return cells[col] if col < len(cells) else None

    def cell(self, row: int, col: int) -> str:
        """Return the address of (row, 0-based column): A1, or a JSON pointer for json files."""
        return self.column(col).replace("*", str(row))

    def column(self, col: int) -> str:
        """Return the address of a 0-based column: that of its cells, with ``*`` in place of the row."""
        if self.address != "pointer":
            return f"{column_letters(col)}*"
        key = self.keys[col] if col < len(self.keys) else ""
        name, key = (text.replace("*", "%2A") for text in (self.name, key))
        return f"/tables/{name}/*/{key}"

    def day(self, cell: Cell) -> Cell:
        """Return a cell of a column of dates with its serial number, if it is one, counted from 1900."""
        if not self.day_shift or cell is None or not _SERIAL.fullmatch(cell):
            return cell
        days, dot, fraction = cell[2:].partition(".")
        return f"n:{int(days) + self.day_shift}{dot}{fraction}"


@dataclass(frozen=True, slots=True)
class RawFile:
    """One file as read."""

    kind: Literal["xlsx", "ods", "csv", "json"]
    sheets: list[RawSheet]
    findings: list[FileFinding]


def column_letters(col: int) -> str:
    """Return the letters of a 0-based column: 0 is A, 26 is AA."""
    letters = ""
    col += 1
    while col:
        col, rest = divmod(col - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
