"""A count: a whole number from 0.

Does not belong here: numbers as texts (figures).
"""

from __future__ import annotations

from warehouse.cells.figures import FigureKind, count_of, count_of_number, strip
from warehouse.cells.kind import Guide, Part
from warehouse.cells.reading import Reading


class CountKind(FigureKind):
    """A count; its value is an int. Fractions, ambiguous dots and negatives are issues."""

    name = "count"
    parts = (Part(("count", "integer"), "count"),)
    guide = Guide(
        1,
        "Số lượng",
        "Gõ 2065, không gõ dấu chấm. Không có thì ghi Không hoặc dấu -; chưa có số liệu thì để trống.",
        "2065",
    )
    is_totalled = True
    condition = "is_count"
    usual_width = 11.0
    entry_format = "entry_count"

    def _number(self, text: str) -> Reading:
        return count_of_number(text)

    def _text(self, text: str) -> Reading:
        return count_of(*strip(text))


KIND = CountKind()
