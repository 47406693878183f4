"""Rows under the headers of one table: which are data, and which are numbering, headings, totals or blank.

Every row is accounted for. Does not belong here: headers (match), rows behind "Trong đó" (of_which) or the values of cells
(warehouse.cells).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from assets.intake.match import Mapped, TableMap
from warehouse.cells import Kind, kind_of
from warehouse.cells.reading import Cell
from warehouse.cells.words import fold_key, is_none_word
from warehouse.forms import FormColumn

RowKind = Literal["data", "numbering", "heading", "of_which", "subtotal", "total", "blank", "note", "signature"]
_NUMBERING = re.compile(r"^\(?\d{1,2}\)?$")
_ROMAN = re.compile(r"^(?=[ivx])(?:x{0,2})(?:ix|iv|v?i{0,3})\.?$")
_TOTAL = ("tổng cộng", "tổng số", "tổng")
#: "Cộng", "Cộng mục I" - but "Cộng đồng tự quản" is the name of a model
_SUBTOTAL = re.compile(r"^cộng(?:$| (?:[(\d]|[ivx]+$|mục|phần|nhóm|khối|toàn|chung|các|theo))")
OF_WHICH = ("trong đó", "chia ra")
#: a remark under a table
_NOTE = re.compile(r"^(?:\(?\*+\)?|ghi chú|lưu ý|chú thích|chú giải|nb:|p/s)(?:\W|$)")
#: no label of a code list and no number in words has as many
_SENTENCE = 8
_SIGNATURE = re.compile(
    r"^(?:người lập|thủ trưởng|t/m|tm\.|nơi nhận|xác nhận|\(ký|ký tên"
    r"|(?:[^\d,]{1,40}, ?)?ngày ?[\d.…_ ]{0,12} ?tháng ?[\d.…_ ]{0,12} ?năm)"
)


@dataclass(slots=True)
class Rows:
    """The rows of one table of one file, sorted by kind; ``data`` and ``totals`` hold indices into the sheet's rows."""

    data: list[int] = field(default_factory=list)
    totals: list[tuple[int, RowKind]] = field(default_factory=list)
    of_which: list[int] = field(default_factory=list)
    notes: list[int] = field(default_factory=list)
    unread: int = 0  # rows of data that are not taken: a finding says why
    headings: int = 0
    blanks: int = 0
    end: int = 0  # below stand signatures

    @property
    def read(self) -> int:
        """Rows under the header: the left side of the conservation of rows."""
        told = len(self.totals) + len(self.of_which) + len(self.notes)
        return len(self.data) + told + self.unread + self.headings + self.blanks


def sort_rows(found: TableMap) -> Rows:
    """Sort every row below the header."""
    rows = Rows()
    for index, kind in _kinds(found):
        rows.end = rows.end if kind == "signature" else index + 1
        if kind == "data":
            rows.data.append(index)
        elif kind in ("total", "subtotal"):
            rows.totals.append((index, kind))
        elif kind == "of_which":
            rows.of_which.append(index)
        elif kind == "note":
            rows.notes.append(index)
        elif kind == "blank":
            rows.blanks += 1
        else:
            rows.headings += 1
    return rows


def _kinds(found: TableMap) -> Iterator[tuple[int, RowKind]]:
    if found.sheet.address == "pointer":  # an object of json is a row of the table and nothing else
        for index, row in enumerate(found.sheet.rows[1:], start=1):
            yield index, "data" if any(row) else "blank"
        return
    mapped = [(column, i) for column, i in found.columns if not column.ignored]
    signed = False
    for index in range(found.header_row + 1, len(found.sheet.rows)):
        row = found.sheet.rows[index]
        reports = _reports(row, mapped)  # whatever else it looks like and wherever it stands, it is not left out
        signed = signed or (_signed(row) and not reports)
        is_below = signed and any(row) and not reports
        yield index, "signature" if is_below else _kind(row, mapped, index == found.header_row + 1)


def _kind(row: Sequence[Cell], mapped: Sequence[Mapped], first: bool) -> RowKind:
    filled = [c for c in row if c is not None]
    if not filled:
        return "blank"
    word = first_word(row)
    if first and _is_numbering(filled, len(mapped)):
        return "numbering"
    if _is_note(row, mapped):
        return "note"
    cells = _cells(row, mapped)
    values = [cell for _, cell in cells]
    if (marked := _marked(word)) is not None and not _says_more(word, values):
        return marked
    if not values:
        return "blank" if _NUMBERING.match(word) else "heading"
    if any(_is_figure(cell) and kind_of(column.reader).is_figure for column, cell in cells):
        return "data"
    merged = len(values) > 1 and len(set(values)) == 1 and values[0].startswith("s:") and len(mapped) == len(values)
    columns = {i for _, i in mapped}
    numbered = row[0] is not None and 0 not in columns and _ROMAN.match(fold_key(row[0][2:]))
    return "heading" if merged or (numbered and len(set(values)) == 1) else "data"


def _is_note(row: Sequence[Cell], mapped: Sequence[Mapped]) -> bool:
    """Tell a remark under the table, alone in its row: it says so, or is a sentence where no text belongs."""
    (at, text), *more = [(i, c) for i, c in enumerate(row) if c is not None]
    if more or not text.startswith("s:"):
        return False
    readers = [kind_of(column.reader) for column, i in mapped if i == at]
    is_sentence = len(text.split()) >= _SENTENCE and not any(of.if_none is None for of in readers)
    return bool(_NOTE.match(fold_key(text[2:]))) or is_sentence


def _cells(row: Sequence[Cell], mapped: Sequence[Mapped]) -> list[tuple[FormColumn, str]]:
    return [(column, cell) for column, i in mapped if i < len(row) and (cell := row[i]) is not None]


def _reports(row: Sequence[Cell], mapped: Sequence[Mapped]) -> bool:
    """Tell whether the row has a figure or date where one belongs, or all that the form requires of a row."""
    cells = _cells(row, mapped)
    required = {column for column, _ in mapped if column.required}
    is_whole = required <= {column for column, _ in cells} and len({cell for _, cell in cells}) > 1
    return is_whole or any(_is_figure(cell) and _counts_or_dates(kind_of(column.reader)) for column, cell in cells)


def _is_figure(cell: str) -> bool:
    return cell[:2] in ("n:", "d:") or cell[2:3].isdigit()


def _counts_or_dates(of: Kind) -> bool:
    return of.is_figure or of.is_date


def _says_more(word: str, values: Sequence[str]) -> bool:
    """Tell whether a row that opens like a total has texts besides: a model may be called "Cộng đồng tự quản"."""
    texts = {fold_key(v[2:]) for v in values if not v[2:3].isdigit() and not is_none_word(v[2:])}
    return bool(texts - {word, "x"})


def first_word(row: Sequence[Cell]) -> str:
    """Return the first text of a row, or what else stands first, folded; the row is not empty."""
    filled = [c for c in row if c is not None]
    return fold_key(next((c[2:] for c in filled if c.startswith("s:")), filled[0][2:]))


def _marked(word: str) -> RowKind | None:
    if word.startswith(OF_WHICH):
        return "of_which"
    bare = word.rstrip(":. ")
    if bare in _TOTAL or word.startswith("tổng cộng"):
        return "total"
    return "subtotal" if _SUBTOTAL.match(bare) else None


def _is_numbering(filled: Sequence[str], columns: int) -> bool:
    """Tell the (1) (2) (3) row, which numbers every column, from a row of small figures."""
    texts = [c[2:].strip() for c in filled]
    if len(texts) < max(3, columns) or not all(map(_NUMBERING.match, texts)):
        return False
    return sorted(int(t.strip("()")) for t in texts) == list(
        range(1, len(texts) + 1)
    )  # columns may have changed places


def _signed(row: Sequence[Cell]) -> bool:
    return any(c is not None and c.startswith("s:") and _SIGNATURE.match(fold_key(c[2:])) for c in row)
