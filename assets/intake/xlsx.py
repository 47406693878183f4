"""Workbooks: the guard's scan, then calamine, then tagged cells.

Does not belong here: what a sheet means.
"""

from __future__ import annotations

import datetime as dt
import io
import unicodedata
from collections.abc import Iterator
from decimal import Decimal
from math import isfinite
from pathlib import Path
from typing import Any

from assets.intake.grid import FileFinding, RawFile, RawSheet, Refused
from assets.intake.guard import Inflated, WorkbookFacts, scan
from assets.intake.rewrite import KNOWN_ERRORS
from assets.intake.sheet_scan import SheetFacts
from assets.intake.styles import decoded
from warehouse.cells.reading import Cell
from warehouse.cells.words import mask_personal

#: days between the two systems of Excel
DAYS_TO_1904 = 1462


def read_xlsx(path: Path, inflated: Inflated | None = None) -> RawFile:
    """Read a workbook; ``inflated`` are its parts where they are known. Raises Refused."""
    import python_calamine as calamine

    facts = scan(path, inflated)
    try:
        # by content: of a path the parser would go by the file's name
        with path.open("rb") if facts.content is None else io.BytesIO(facts.content) as content:
            workbook = calamine.CalamineWorkbook.from_filelike(content)
        sheets = [_sheet(workbook, i, meta, facts) for i, meta in enumerate(workbook.sheets_metadata)]
    except calamine.CalamineError as e:
        raise Refused("F-TRUNCATED", "không đọc được nội dung tệp") from e
    findings = []
    if facts.has_external_links:
        findings.append(FileFinding("F-EXTERNAL-LINK", None, None, "liên kết tới tệp khác", "Số liệu ghi trực tiếp"))
    return RawFile("xlsx", sheets, findings)


def _sheet(workbook: Any, number: int, meta: Any, facts: WorkbookFacts) -> RawSheet:
    name = mask_personal(unicodedata.normalize("NFC", meta.name))  # names of sheets are stored with findings and facts
    visible = str(meta.visible).endswith("Visible")
    if not str(meta.typ).endswith("WorkSheet"):
        return RawSheet(name, visible, [], 1, 0)
    sheet = workbook.get_sheet_by_index(number)
    told = facts.sheets[number] if number < len(facts.sheets) else SheetFacts()
    rows = [[tag(v) if v != "" else None for v in row] for row in sheet.to_python(skip_empty_area=True)]
    start_row, start_col = sheet.start or (0, 0)
    _agree(rows, told, start_row, start_col, name)
    _decode(rows, told.certain, start_row, start_col)
    _put_errors(rows, told.errors, start_row, start_col, name)
    _show_percents(rows, told.percents, start_row, start_col)
    merged = frozenset(fill_merges(rows, sheet.merged_cell_ranges or [], start_row, start_col))
    return RawSheet(
        name=name,
        visible=visible,
        merged=merged,
        rows=trim(rows),
        first_row=start_row + 1,
        first_col=start_col,
        formulas=frozenset(told.formulas),
        hidden_rows=frozenset(told.hidden_rows),
        hidden_columns=frozenset(told.hidden_columns),
        hides_others=told.hides_others,
        uncomputed=frozenset(told.uncomputed),
        marked=frozenset(told.marked),
        struck=frozenset(told.struck),
        day_shift=DAYS_TO_1904 if facts.is_1904 else 0,
    )


def tag(value: Any) -> Cell:
    """Turn a parser's value into a tagged cell; see ``assets.intake.grid``."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        text = unicodedata.normalize("NFC", value)
        if text in KNOWN_ERRORS:
            return "e:" + text
        return "s:" + text if text.strip() else None
    if isinstance(value, bool):
        return "b:true" if value else "b:false"
    if isinstance(value, int | float):
        return ("n:" if isfinite(value) else "e:") + number_text(value)  # what is no number was never counted
    if isinstance(value, dt.datetime):
        return "d:" + (value.date() if value.time() == dt.time() else value).isoformat()
    if isinstance(value, dt.date):
        return "d:" + value.isoformat()
    return "t:" + str(value)


def number_text(value: float) -> str:
    """Return the shortest text of a number; whole numbers have no point."""
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(value)


def percent_text(value: str, factor: int) -> str:
    """Return what a cell shows of a number that its format multiplies by ``factor``: 0.9 is 90%, with up to 6 decimals."""
    points = round(Decimal(value) * factor, 6).normalize()
    return f"{points:f}%".replace(".", ",")


def trim(rows: list[list[Cell]]) -> list[list[Cell]]:
    """Cut blank rows and cells off the end."""
    while rows and not any(rows[-1]):
        rows.pop()
    for row in rows:
        while row and row[-1] is None:
            row.pop()
    return rows


def _agree(rows: list[list[Cell]], told: SheetFacts, start_row: int, start_col: int, name: str) -> None:
    """Raise Refused when parser and scan saw other cells: then what the scan placed is elsewhere, or a figure is lost."""
    if told.filled is None:
        return
    given = {
        (r, c): cell
        for r, row in enumerate(rows, start=start_row + 1)
        for c, cell in enumerate(row, start=start_col)
        if cell is not None
    }
    missed = any(at not in given or not _same(given[at], stated) for at, stated in told.certain.items())
    if missed or not given.keys() <= told.filled | told.errors.keys():
        raise Refused("F-TRUNCATED", f"{name}: không đọc chắc chắn được mọi ô")


def _decode(rows: list[list[Cell]], stated: dict[tuple[int, int], str], start_row: int, start_col: int) -> None:
    """Put letters in the place of their numbers, _x1ED9_ being a letter: the parser knows few of them."""
    for (row, col), text in stated.items():
        if "_x" in text:
            rows[row - 1 - start_row][col - start_col] = tag(decoded(text[2:]))


def _same(cell: Cell, stated: str) -> bool:
    """Tell whether a number or text was given as it stands; what the format makes a date is not compared, nor are spaces."""
    if not stated or cell is None or cell[:2] != stated[:2]:
        return cell is None or stated[:2] != "s:" or cell.startswith("e:")
    if stated.startswith("n:"):
        return float(cell[2:]) == float(stated[2:])
    return _bare(cell[2:]) in (_bare(stated[2:]), _bare(decoded(stated[2:])))


def _bare(text: str) -> str:
    return "".join(unicodedata.normalize("NFC", text).split())


def _put_errors(
    rows: list[list[Cell]], errors: dict[tuple[int, int], str], start_row: int, start_col: int, name: str
) -> None:
    """Place errors, which the parser gives as blank cells: "not reported". Raises Refused when it gave no cell there."""
    for (row, col), text in errors.items():
        r, c = row - 1 - start_row, col - start_col
        if not (0 <= r < len(rows) and 0 <= c < len(rows[r])):
            raise Refused("F-TRUNCATED", f"{name}: không đọc chắc chắn được mọi ô")
        rows[r][c] = "e:" + text


def _show_percents(
    rows: list[list[Cell]], percents: dict[tuple[int, int], int], start_row: int, start_col: int
) -> None:
    """Put the text that is seen in the place of a number that is shown with a percent sign, whatever column it is in."""
    for (row, col), factor in percents.items():
        r, c = row - 1 - start_row, col - start_col
        cell = rows[r][c] if 0 <= r < len(rows) and 0 <= c < len(rows[r]) else None
        if cell and cell.startswith("n:"):
            rows[r][c] = "s:" + percent_text(cell[2:], factor)


def fill_merges(rows: list[list[Cell]], merges: list[Any], start_row: int, start_col: int) -> Iterator[tuple[int, int]]:
    """Copy the first cell of every merged range over the range; yields (1-based row, column) of the copies."""
    for (top, left), (bottom, right) in merges:
        r0, c0 = top - start_row, left - start_col
        if not (0 <= r0 < len(rows) and 0 <= c0 < len(rows[r0])) or rows[r0][c0] is None:
            continue
        for r in range(r0, min(bottom - start_row, len(rows) - 1) + 1):
            for c in range(c0, min(right - start_col, len(rows[r]) - 1) + 1):
                rows[r][c] = rows[r0][c0]
                if (r, c) != (r0, c0):
                    yield start_row + r + 1, start_col + c
