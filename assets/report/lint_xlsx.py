"""Every number of a finished workbook is a figure of the paper's content, of equal value and under its key, or a declared constant.

The sheet of sources is passed over: it only says again where figures come from. Does not belong here: the other forms (lint).
"""

from __future__ import annotations

import io
import math
from typing import TYPE_CHECKING, Any

from assets.report.content import Chart, shown
from assets.report.lint import typed
from assets.report.sources import ANNEX

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assets.report.content import Report


#: a workbook keeps 16 digits of a number
_DIGITS = 1e-14


def unresolved_xlsx(content: bytes, report: Report) -> list[str]:
    """Return what is no figure and no constant in a workbook: each number with its sheet and cell, each numeral with its text."""
    import openpyxl
    from openpyxl.utils.escape import unescape

    known = {f.key: f.value for f in report.figures()}
    told = [text for s in report.sources for text in (s.label, s.basis)]
    told += ["".join(map(shown, b.alternative)) for b in report.blocks if isinstance(b, Chart)]  # as the content has it
    wrong: list[str] = []
    words: list[str] = []
    for sheet in openpyxl.load_workbook(io.BytesIO(content)):
        if sheet.title == ANNEX:
            continue
        words.append(sheet.title)
        for row in sheet.iter_rows():
            *cells, hidden = row
            is_hidden = sheet.column_dimensions[hidden.column_letter].hidden
            numbers = [c for c in cells if isinstance(c.value, int | float)]
            words += [unescape(c.value) for c in (cells if is_hidden else row) if isinstance(c.value, str)]
            keys = str(hidden.value).split("; ") if is_hidden and hidden.value else []
            wrong += _wrong(sheet.title, numbers, keys, known)
    return [*wrong, *typed(words, report, told)]


def _wrong(sheet: str, numbers: list[Any], keys: list[str], known: dict[str, Any]) -> Iterator[str]:
    """The numbers of a row that are not the figures that its hidden cell names, in their order."""
    if len(numbers) != len(keys):
        yield f"{len(numbers)} numbers under {len(keys)} keys in row {numbers[0].row if numbers else keys} of {sheet}"
        return
    for cell, key in zip(numbers, keys, strict=True):
        if key not in known or not math.isclose(float(known[key]), float(cell.value), rel_tol=_DIGITS):
            yield f"{cell.value!r} at {key} in {sheet}!{cell.coordinate}"
