"""What a kind of cell is asked: to read a cell, to print a value, how it is entered and how it is explained.

Belongs here: the questions and what all kinds answer alike - blank cells, Excel errors, none-words. Does not: the kinds.
"""

from __future__ import annotations

import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from warehouse.cells.reading import NONE_STATED, NOT_REPORTED, Cell, Reading, issue
from warehouse.cells.words import clean, is_error_word, is_none_word, is_not_yet_word

if TYPE_CHECKING:
    from warehouse.declaration import Column
    from warehouse.periods import Period


#: a data validation as xlsxwriter takes it
Rule = dict[str, Any]


class Part(NamedTuple):
    """One of the columns that a cell fills: the logical types it may have, and its kind where it stands alone (json)."""

    types: tuple[str, ...]
    kind: str


class Guide(NamedTuple):
    """What the guide of the template says of a kind: its place there, its name, how it is written and an example."""

    place: int
    label: str
    hint: str
    example: str


class Kind(ABC):
    """One kind of cell. ``name`` is what form maps write under ``reader``."""

    name: ClassVar[str]
    #: the columns that one cell fills, in order
    parts: ClassVar[tuple[Part, ...]]
    #: None: the guide has no line for it
    guide: ClassVar[Guide | None] = None
    #: what a none-word ("không", "-") says here; None: it is a text like any other
    if_none: ClassVar[Reading | None] = NONE_STATED
    #: what "chưa có" says where it is no none-word like the others
    if_not_yet: ClassVar[Reading | None] = None
    #: a row with such a cell reports something, whatever else the row looks like
    is_figure: ClassVar[bool] = False
    is_date: ClassVar[bool] = False
    #: totals rows are compared with the rows above them
    is_totalled: ClassVar[bool] = False
    #: the template offers the codes of the column's list in a drop-down
    has_choices: ClassVar[bool] = False
    #: the usual content, in characters
    usual_width: ClassVar[float] = 14.0
    #: the condition (``typed.NAMES``) without which the template stops what is typed; None: see ``validation``
    condition: ClassVar[str | None] = None
    #: the names of the formats of an entry cell and of a field of the cover (assets.template.styles)
    entry_format: ClassVar[str] = "entry"
    cover_format: ClassVar[str] = "value"

    def read(self, cell: Cell, column: Column | None = None) -> Reading:
        """Read a tagged cell (see ``reading.Cell``); ``column`` is the first of those that it fills.

        What is ambiguous becomes an issue, never a guess; an issue has no value.
        """
        if cell is None:
            return NOT_REPORTED
        cell = unicodedata.normalize("NFC", cell)
        if cell.startswith("e:"):
            return issue("V-EXCEL-ERROR")
        if cell.startswith("s:"):
            if is_error_word(cell[2:]):
                return issue("V-EXCEL-ERROR")
            if not cell[2:3].isalnum() and not clean(cell[2:]):
                return NOT_REPORTED
            if self.if_none is not None and is_none_word(cell[2:]):
                return self.if_not_yet if self.if_not_yet and is_not_yet_word(cell[2:]) else self.if_none
        return self._value(cell, column)

    @abstractmethod
    def _value(self, cell: str, column: Column | None, /) -> Reading:
        """Read a cell that is neither blank, an Excel error nor a none-word."""

    def noted(self, cell: str, /) -> str | None:  # noqa: ARG002
        """Return the code of a warning about a cell whose value is read all the same, or None."""
        return None

    def printed(self, values: Sequence[Any], column: Column | None, /) -> object:  # noqa: ARG002
        """Return what a cell shows for ``values`` (one per part, the first not None): a number, a date or a text.

        A text where a number or a date belongs is printed as it stands: units write "Không" or "-" there.
        """
        return values[0]

    def width(self, column: Column, period: Period, /) -> float:  # noqa: ARG002
        """Return the width of the usual content, in characters."""
        return self.usual_width

    def validation(self, column: Column | None, choices: str, /) -> Rule | None:  # noqa: ARG002
        """Return xlsxwriter's validation of an entry cell or field of the cover; ``choices`` is the source of a drop-down.

        It stops nothing that is read; a drop-down asks, since more texts are read than it offers. None: all may be typed.
        """
        return {"validate": "custom", "value": f"={self.condition}"} if self.condition else None

    def message(self, column: Column, /) -> str:  # noqa: ARG002
        """Return the Vietnamese sentence that Excel shows when an entry does not fit."""
        return self.guide.hint if self.guide else ""

    def expected(self, code: str, column: Column, /) -> str | None:  # noqa: ARG002
        """Return what a finding with the issue ``code`` says was expected, or None: what the catalogue says."""
        return None
