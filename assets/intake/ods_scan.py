"""The sheets of an OpenDocument spreadsheet, read from its content as XML: cells, and what is seen of them otherwise.

A parser of values joins lines, shapes and notes into the text of a cell, so texts come from here; it is the second opinion
on figures (ods). Does not belong here: styles (ods_styles), the file as a whole (ods).
"""

from __future__ import annotations

import datetime as dt
import re
from bisect import bisect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from assets.intake.grid import Refused
from assets.intake.ods_cell import OpenCell, Value, count_of, day_of, has_zone, is_shut, is_stated, value_of
from assets.intake.ods_styles import Marks, own
from assets.intake.package import parse
from assets.intake.sheet_scan import MAX_CELLS, MAX_COLUMN, MAX_ROW, Place
from warehouse.cells.words import is_error_word

#: cells that hold something and stand only in a count of repeated ones: a template repeats blank cells
MAX_REPEATED = 100_000
#: what is no content of the cells in it: notes, shapes, what was deleted, how letters are said
_ASIDE = frozenset({"annotation", "frame", "shapes", "g", "custom-shape", "tracked-changes", "ruby-text", "dde-links"}) | {
    "line", "rect", "control", "caption", "polygon", "path", "detective", "content-validations", "note",
}  # fmt: skip
_SPACES = re.compile(r"[ \t\r\n]+")


@dataclass(slots=True)
class OdsSheet:
    """One sheet by (1-based row, 0-based column): values of cells, percents as shares of 1; ``merges`` are 0-based corners.
    ``zoned``: what the dates that state a zone say as text.

    ``is_cache``: a copy of a sheet of another file, kept for formulas.
    """

    name: str
    style: str
    is_cache: bool
    values: dict[Place, Value] = field(default_factory=dict)
    percents: set[Place] = field(default_factory=set)
    times: set[Place] = field(default_factory=set)
    zoned: dict[Place, str] = field(default_factory=dict)
    errors: dict[Place, str] = field(default_factory=dict)
    formulas: set[Place] = field(default_factory=set)
    uncomputed: set[Place] = field(default_factory=set)
    marked: set[Place] = field(default_factory=set)
    struck: set[Place] = field(default_factory=set)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    merges: list[tuple[Place, Place]] = field(default_factory=list)


def scan_content(content: bytes, marks: Marks) -> tuple[list[OdsSheet], int]:
    """Return the sheets in order, and the days from 1899-12-30 to the day from which serial numbers count. Raises Refused."""
    scan = _Scan(marks)
    parse(content, scan.start, scan.end, scan.text)
    return scan.sheets, scan.day_shift


class _Scan:
    def __init__(self, marks: Marks) -> None:
        self.sheets: list[OdsSheet] = []
        self.day_shift = 0
        self._marks = marks
        self._depth = self._aside = 0  # how deep we are, and where an element began that is no content
        self._tables: list[int] = []
        self._row: Mapping[str, str] = {}
        self._cells: list[tuple[int, int, OpenCell]] = []
        self._cell: OpenCell | None = None
        self._spans: list[str] = []
        self._at, self._column, self._place = 0, 0, 0
        self._shut_groups = 0
        self._groups: list[bool] = []
        self._repeated = 0
        self._defaults: list[tuple[int, str]] = []  # (one behind the last column, style) of the columns

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Open an element."""
        local = name.rpartition(" ")[2]
        self._depth += 1
        if self._aside:
            return
        if local in _ASIDE:
            self._aside = self._depth
        elif self._cell is not None:
            self._inside(self._cell, local, own(attributes))
        elif local == "table":
            self._open_table(own(attributes))
        elif local == "null-date":
            self.day_shift = (day_of(own(attributes).get("date-value", "1899-12-30")) - dt.datetime(1899, 12, 30)).days
        elif local == "table-source" and self.sheets:
            self.sheets[-1].is_cache = True
        elif self._tables:
            self._open(local, attributes)

    def text(self, data: str) -> None:
        """Take text."""
        if self._cell is not None and not self._aside and self._cell.paragraphs:
            self._cell.paragraphs[-1].append(_SPACES.sub(" ", data))
            self._note_run(data)

    def end(self, name: str) -> None:
        """Close an element."""
        local = name.rpartition(" ")[2]
        if self._aside:
            self._aside = 0 if self._aside == self._depth else self._aside
        elif self._cell is not None and local == "span":
            self._spans.pop()
        elif local in ("table-cell", "covered-table-cell") and self._cell is not None:
            self._close_cell(self._cell)
        elif local == "table-row" and self._tables:
            self._close_row()
        elif local in ("table-row-group", "table-column-group") and self._groups:
            self._shut_groups -= self._groups.pop()
        elif local == "table" and self._tables:
            self._tables.pop()
        self._depth -= 1

    def _open_table(self, given: Mapping[str, str]) -> None:
        if self._tables:
            raise Refused("F-TRUNCATED", "bảng lồng trong bảng")
        self._tables.append(self._depth)
        name = given.get("name", "")
        self.sheets.append(OdsSheet(name, given.get("style-name", ""), name.startswith("'file:")))
        self._at, self._place, self._defaults = 0, 0, []

    def _open(self, local: str, attributes: dict[str, str]) -> None:
        given = own(attributes)
        if local == "table-column":
            self._note_column(given)
        elif local == "table-row":
            self._row, self._column, self._cells = given, 0, []
        elif local in ("table-cell", "covered-table-cell"):
            self._cell, self._spans = OpenCell(given), []
        elif local in ("table-row-group", "table-column-group"):
            self._groups.append(given.get("display") == "false")
            self._shut_groups += self._groups[-1]

    def _inside(self, cell: OpenCell, local: str, given: Mapping[str, str]) -> None:
        if local in ("p", "h"):
            cell.paragraphs.append([])
        elif local == "span":
            self._spans.append(given.get("style-name", ""))
        elif cell.paragraphs and local in ("s", "tab", "line-break"):
            count = min(count_of(given, "c"), 1000) if local == "s" else 1
            cell.paragraphs[-1].append("\n" if local == "line-break" else " " * count)

    def _note_run(self, data: str) -> None:
        if not data.strip() or self._cell is None:
            return
        self._cell.marks |= (kinds := {kind for span in self._spans for kind in self._marks.text(span)})
        self._cell.plain |= "struck" not in kinds

    def _note_column(self, given: Mapping[str, str]) -> None:
        first = self._place
        self._place += count_of(given, "number-columns-repeated")
        self._defaults.append((self._place, given.get("default-cell-style-name", "")))
        if is_shut(given) or self._shut_groups or given.get("style-name", "") in self._marks.flat:
            self.sheets[-1].hidden_columns |= set(range(first, min(self._place, MAX_COLUMN)))

    def _close_cell(self, cell: OpenCell) -> None:
        self._cell = None
        repeat = count_of(cell.given, "number-columns-repeated")
        if cell.text.strip() or "formula" in cell.given or is_stated(cell.given):
            self._cells.append((self._column, repeat, cell))
        elif cell.given.get("number-columns-spanned", "1") + cell.given.get("number-rows-spanned", "1") != "11":
            self._cells.append((self._column, 1, cell))
        self._column = min(self._column + repeat, 1 << 20)

    def _close_row(self) -> None:
        sheet, count = self.sheets[-1], count_of(self._row, "number-rows-repeated")
        if self._cells:
            self._check_range(count)
            for row in range(self._at + 1, self._at + count + 1):
                for column, repeat, cell in self._cells:
                    for at in range(column, column + repeat):
                        self._place_cell(sheet, (row, at), cell)
            if is_shut(self._row) or self._shut_groups or self._row.get("style-name", "") in self._marks.flat:
                sheet.hidden_rows |= set(range(self._at + 1, self._at + count + 1))
        self._at = min(self._at + count, 1 << 21)
        self._cells = []

    def _check_range(self, count: int) -> None:
        """Refuse what is far, or more than a report holds, before it is laid out."""
        rows, columns = self._at + count, max(column + repeat for column, repeat, _ in self._cells)
        if rows > MAX_ROW or columns > MAX_COLUMN or rows * columns > MAX_CELLS:
            raise Refused("F-RANGE", f"{rows} dòng, {columns} cột")
        self._repeated += count * sum(repeat for _, repeat, _ in self._cells) - len(self._cells)
        if self._repeated > MAX_REPEATED:
            raise Refused("F-RANGE", f"{self._repeated} ô lặp lại")

    def _place_cell(self, sheet: OdsSheet, at: Place, cell: OpenCell) -> None:
        spans = [count_of(cell.given, f"number-{what}-spanned") for what in ("rows", "columns")]
        if spans != [1, 1]:
            corner = (at[0] - 1, at[1])
            sheet.merges.append((corner, (corner[0] + spans[0] - 1, corner[1] + spans[1] - 1)))
        self._place_value(sheet, at, cell)
        if cell.text.strip() and self._is_struck(cell, at[1]):
            sheet.struck.add(at)
        elif cell.marks:
            sheet.marked.add(at)

    def _place_value(self, sheet: OdsSheet, at: Place, cell: OpenCell) -> None:
        text, kind = cell.text, cell.given.get("value-type", "")
        if "formula" in cell.given:
            sheet.formulas.add(at)
        if cell.given.get("calcext:value-type") == "error" or is_error_word(text):
            sheet.errors[at] = text.strip() or "#VALUE!"
        elif (value := value_of(cell.given, kind, text)) is not None:
            sheet.values[at] = value
            if kind in ("percentage", "time"):
                (sheet.percents if kind == "percentage" else sheet.times).add(at)
            elif kind == "date" and has_zone(stated := cell.given["date-value"]):
                sheet.zoned[at] = stated
        elif "formula" in cell.given and kind != "string":
            sheet.uncomputed.add(at)

    def _is_struck(self, cell: OpenCell, column: int) -> bool:
        style = cell.given.get("style-name") or self._row.get("default-cell-style-name") or self._default(column)
        return self._marks.is_struck(style) or ("struck" in cell.marks and not cell.plain)

    def _default(self, column: int) -> str:
        at = bisect(self._defaults, column, key=lambda default: default[0])
        return self._defaults[at][1] if at < len(self._defaults) else ""


def places(sheet: OdsSheet) -> Iterator[Place]:
    """Yield every cell that holds something."""
    yield from sheet.values
    yield from sheet.errors
    yield from sheet.uncomputed
