"""A count: a whole number from 0.

Does not belong here: numbers as texts (figures).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from warehouse.cells.figures import FigureKind, count_of, count_of_number, strip
from warehouse.cells.kind import Guide, Part, Rule
from warehouse.cells.reading import Reading

if TYPE_CHECKING:
    from warehouse.declaration import Column


class CountKind(FigureKind):
    """A count; its value is an int. Fractions, ambiguous dots and negatives are issues."""

    name = "count"
    parts = (Part(("count", "integer"), "count"),)
    guide = Guide(
        1, "Số lượng", "Ghi số nguyên từ 0 trở lên. Không có thì ghi Không hoặc dấu -; chưa có số liệu thì để trống.", "2.065"
    )  # fmt: skip
    is_totalled = True
    shares_rule = True
    usual_width = 11.0
    entry_format = "entry_count"

    def _number(self, text: str) -> Reading:
        return count_of_number(text)

    def _text(self, text: str) -> Reading:
        return count_of(*strip(text))

    def validation(self, cell: str, _column: Column, _choices: str, /) -> Rule:
        """A whole number, or the words that the guide offers."""
        whole = f"IF(ISNUMBER({cell}),AND({cell}>=0,{cell}=INT({cell})),OR({self.none_formula(cell)}))"
        return {"validate": "custom", "value": f"={whole}"}


KIND = CountKind()
