"""A table of a Word paper as WordprocessingML, written at once: python-docx looks up each style anew, seconds for a long table.

The head is repeated on every page, no row is broken, none stands alone beside the head, a short table stays whole.
Does not belong here: captions and notes (assets.report.docx).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from assets.office_style import HEAD_GREY
from assets.report.docx_parts import make, run_of

#: a table of so many rows goes to the next page rather than being broken
_WHOLE = 14
_TWIPS = 1440 / 25.4  #: of a millimetre
Align = Literal["left", "right", "center"]


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: its words, and the bookmark by which links find it."""

    text: str
    align: Align = "left"
    bookmark: tuple[str, int] | None = None


def table(heads: Sequence[str], widths: Sequence[float], rows: Sequence[Sequence[Cell]], mm: float) -> Any:
    """Return a table ``mm`` millimetres wide; ``widths`` are shares of it."""
    columns = [round(w / sum(widths) * mm * _TWIPS) for w in widths]
    made = make("w:tbl")
    about = make("w:tblPr")
    about.append(make("w:tblStyle", val="TableGrid"))
    about.append(make("w:tblW", w=sum(columns), type="dxa"))
    about.append(make("w:tblLayout", type="fixed"))
    about.append(make("w:tblCellMar"))
    for side, twips in (("top", 30), ("left", 50), ("bottom", 30), ("right", 50)):
        about[-1].append(make(f"w:{side}", w=twips, type="dxa"))
    grid = make("w:tblGrid")
    for width in columns:
        grid.append(make("w:gridCol", w=width))
    made.append(about)
    made.append(grid)
    made.append(_row([Cell(h, "center") for h in heads], columns, is_head=True, is_kept=True))
    for i, row in enumerate(rows):
        is_kept = len(rows) <= _WHOLE or i == 0 or i == len(rows) - 2
        made.append(_row(row, columns, is_head=False, is_kept=is_kept))
    return made


def _row(cells: Sequence[Cell], columns: Sequence[int], *, is_head: bool, is_kept: bool) -> Any:
    row = make("w:tr")
    about = make("w:trPr")
    about.append(make("w:cantSplit"))
    if is_head:
        about.append(make("w:tblHeader"))
    row.append(about)
    for cell, width in zip(cells, columns, strict=True):
        row.append(_cell(cell, width, is_head=is_head, is_kept=is_kept))
    return row


def _cell(cell: Cell, width: int, *, is_head: bool, is_kept: bool) -> Any:
    made, about = make("w:tc"), make("w:tcPr")
    about.append(make("w:tcW", w=width, type="dxa"))
    if is_head:
        about.append(make("w:shd", val="clear", color="auto", fill=HEAD_GREY))
    about.append(make("w:vAlign", val="center"))
    made.append(about)
    paragraph, style = make("w:p"), make("w:pPr")
    style.append(make("w:pStyle", val="TableText"))
    if is_kept:
        style.append(make("w:keepNext"))
    if cell.align != "left":
        style.append(make("w:jc", val=cell.align))
    paragraph.append(style)
    if cell.bookmark:
        name, number = cell.bookmark
        paragraph.append(make("w:bookmarkStart", id=number, name=name))
    paragraph.append(run_of(cell.text, bold=is_head))
    if cell.bookmark:
        paragraph.append(make("w:bookmarkEnd", id=cell.bookmark[1]))
    made.append(paragraph)
    return made
