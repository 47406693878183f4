"""A text: kept as written, but for what must not be stored.

Does not belong here: what one looks for in a text (words).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from warehouse.cells.kind import Kind, Part, Rule
from warehouse.cells.legacy import looks_legacy, repair_text
from warehouse.cells.reading import NOT_REPORTED, Reading, issue
from warehouse.cells.words import LOOKED_AT, clean, contains_markup, contains_personal, has_lost_letters

if TYPE_CHECKING:
    from warehouse.declaration import Column
    from warehouse.periods import Period

#: of a text without a declared length
_LONGEST = 200


class TextKind(Kind):
    """A text. "Không" is a text too; too long a text is kept for the rule on length to name."""

    name = "text"
    parts = (Part(("text",), "text"),)
    if_none = None
    entry_format = "entry_text"

    def _value(self, cell: str, column: Column | None, /) -> Reading:
        if cell.startswith(("d:", "t:", "b:")):  # a program took the text for something else
            return issue("V-TEXT")
        text = repair_text(cell[2:])
        if text is None or looks_legacy(text):
            return issue("V-LEGACY-ENCODING")
        text = clean(text)[:LOOKED_AT]
        if has_lost_letters(text):
            return issue("V-LOST-LETTERS")
        if contains_personal(text):
            return issue("V-PERSONAL")
        if contains_markup(text):
            return issue("V-MARKUP")
        longest = (column.max_length if column else None) or _LONGEST
        return Reading(text[: longest + 1], "value") if text else NOT_REPORTED

    def width(self, column: Column, _period: Period, /) -> float:
        """By the declared length."""
        return min(32.0, 6.0 + (column.max_length or 20) / 3)

    def validation(self, column: Column | None, _choices: str, /) -> Rule | None:
        """No longer than declared."""
        longest = column and column.max_length
        return {"validate": "length", "criteria": "between", "minimum": 1, "maximum": longest} if longest else None

    def message(self, column: Column, /) -> str:
        """The declared length."""
        return f"Tối đa {column.max_length} ký tự." if column.max_length else ""


KIND = TextKind()
