"""A decimal such as a score: comma is the decimal sign; 12.5 as text is ambiguous.

Does not belong here: numbers as texts (figures), rates (percent).
"""

from __future__ import annotations

from warehouse.cells.figures import MAX_COUNT, ONE_GROUP, FigureKind, finite, strip, text_decimal
from warehouse.cells.kind import Guide, Part
from warehouse.cells.reading import Reading, State, figure, issue


class DecimalKind(FigureKind):
    """A decimal; its value is a float from 0."""

    name = "decimal"
    parts = (Part(("decimal", "percent"), "decimal"),)
    guide = Guide(4, "Điểm, tỷ phần", "Ghi số từ 0 trở lên, dùng dấu phẩy cho phần lẻ.", "92,5")
    usual_width = 9.0
    condition = "is_decimal"
    entry_format = "entry_decimal"

    def _number(self, text: str) -> Reading:
        value = finite(text)
        return issue(value) if isinstance(value, str) else _figure(value)

    def _text(self, text: str) -> Reading:
        text, qualifier = strip(text)
        if ONE_GROUP.match(text):
            return issue("V-AMBIGUOUS")
        value = text_decimal(text)
        return issue(value) if isinstance(value, str) else _figure(value, qualifier)


def _figure(value: float, qualifier: State | None = None) -> Reading:
    if value < 0:
        return issue("V-NEGATIVE")
    return figure(value, qualifier) if value <= MAX_COUNT else issue("V-RANGE")


KIND = DecimalKind()
