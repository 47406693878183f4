"""A code: the label, a synonym or the code itself, of the column's code list.

Belongs here: texts of a list and how they are read. Does not: whether a code was valid then (rules).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

from warehouse.cells.kind import Guide, Kind, Part, Rule
from warehouse.cells.legacy import repair_text
from warehouse.cells.reading import Reading, issue
from warehouse.cells.words import fold_key
from warehouse.codes import Code, code_lists

if TYPE_CHECKING:
    from warehouse.declaration import Column
    from warehouse.periods import Period


class CodeKind(Kind):
    """An entry of a code list; its value is the code."""

    name = "code"
    parts = (Part(("code",), "text"),)
    guide = Guide(
        8, "Mục chọn từ danh sách", "Hãy chọn một mục trong danh sách thả xuống.", "Chọn trong danh sách thả xuống"
    )
    has_choices = True

    def _value(self, cell: str, column: Column | None, /) -> Reading:
        code = _codes(_list_of(column)).get(fold_key(repair_text(cell[2:]) or ""))
        return issue("V-CODE") if code is None else Reading(code, "value")

    def printed(self, values: Sequence[Any], column: Column | None, /) -> object:
        """The label."""
        return _labels(_list_of(column)).get(str(values[0]), values[0])

    def width(self, column: Column, period: Period, /) -> float:
        """The longest label to choose from."""
        return min(31.0, max(len(c.label) for c in valid_codes(_list_of(column), period)) + 1.0)

    def validation(self, _column: Column | None, choices: str, /) -> Rule:
        """One of the drop-down; a synonym is asked about."""
        return {"validate": "list", "source": "=" + choices, "error_type": "warning"}

    def expected(self, code: str, column: Column, /) -> str | None:
        """The labels of the list."""
        return "; ".join(c.label for c in code_lists()[_list_of(column)]) if code == "V-CODE" else None


@cache
def valid_codes(code_list: str, period: Period) -> tuple[Code, ...]:
    """Return the codes of ``code_list`` that are valid on any day of ``period``, in the order of the list."""
    first, last = period.period_start, period.period_end
    return tuple(c for c in code_lists()[code_list] if c.valid_from <= last and first <= (c.valid_to or date.max))


def _list_of(column: Column | None) -> str:
    if column is None or column.codes is None:
        raise ValueError(f"{column.name if column else 'the cell'} has no code list to read a code of")
    return column.codes


@cache
def _codes(code_list: str) -> dict[str, str]:
    """Every text that names a code, folded: its label, the code itself and its synonyms."""
    out: dict[str, str] = {}
    for code in code_lists()[code_list]:
        for text in (code.label, code.code, *code.synonyms):
            out.setdefault(fold_key(text), code.code)
    return out


@cache
def _labels(code_list: str) -> dict[str, str]:
    return {c.code: c.label for c in code_lists()[code_list]}


KIND = CodeKind()
