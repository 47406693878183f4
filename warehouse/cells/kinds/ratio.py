"""A ratio of two counts: 1.115/1.122.

Does not belong here: rates (percent).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from warehouse.cells.figures import FigureKind, count_of, strip, vn_count
from warehouse.cells.kind import Guide, Part
from warehouse.cells.reading import Reading, issue

if TYPE_CHECKING:
    from warehouse.declaration import Column


class RatioKind(FigureKind):
    """A ratio; its value is (numerator, denominator). A date here was a ratio: asked about."""

    name = "ratio"
    parts = (Part(("count",), "count"), Part(("count",), "count"))
    guide = Guide(2, "Tỷ số", "Ghi dạng số dự/tổng số, ví dụ 1.115/1.122.", "1.115/1.122")
    condition = "is_ratio"
    is_totalled = True
    usual_width = 14.0
    entry_format = "entry_mark"
    if_date = "V-RATIO-DATE"

    def _number(self, _text: str) -> Reading:
        return issue("V-RATIO")

    def _text(self, text: str) -> Reading:
        text, qualifier = strip(text)
        parts = [p.strip() for p in text.split("/")]
        if len(parts) != 2:
            return issue("V-RATIO")
        numbers = [count_of(p) for p in parts]
        for number in numbers:
            if number.issue:
                return number
        counts = tuple(n.value for n in numbers)
        return Reading(counts, qualifier or ("zero" if counts[0] == 0 else "value"))

    def printed(self, values: Sequence[Any], _column: Column | None, /) -> object:
        """Numerator/denominator; the numerator alone where the denominator is not known."""
        part, whole = values
        return part if whole is None else f"{vn_count(part)}/{vn_count(whole)}"


KIND = RatioKind()
