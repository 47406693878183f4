"""A rate as stated, with the decimals printed: 99,4%.

Does not belong here: rates that are computed (marts).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from warehouse.cells.figures import (
    DECIMAL_DOT,
    MAX_COUNT,
    ONE_GROUP,
    FigureKind,
    finite,
    strip,
    text_decimal,
    vn_decimal,
)
from warehouse.cells.kind import Guide, Part
from warehouse.cells.reading import Reading, State, issue

if TYPE_CHECKING:
    from warehouse.declaration import Column


#: a bare number up to here may be a share of 1 (150 % is 1,5) or percent points
DOUBTFUL = 2


class PercentKind(FigureKind):
    """A rate; its value is (percent points, decimals printed). A bare 0,99 is asked about: 0,99 % or 99 %?

    A number in a cell that shows percents comes as the text that is seen (``assets.intake.xlsx``); a bare one up to 2 may be a
    share of 1 or percent points, so it is asked about, in whatever file.
    """

    name = "percent"
    parts = (Part(("percent",), "decimal"), Part(("integer",), "count"))
    guide = Guide(3, "Tỷ lệ", "Ghi kèm dấu %, dùng dấu phẩy cho số lẻ, ví dụ 99,4%.", "99,4%")
    condition = "is_percent"
    usual_width = 10.0
    entry_format = "entry_mark"

    def _number(self, text: str) -> Reading:
        value = finite(text)
        if isinstance(value, str):
            return issue(value)
        if value < 0:
            return issue("V-NEGATIVE")
        if 0 < value <= DOUBTFUL:
            return issue("V-AMBIGUOUS")
        if value > MAX_COUNT:
            return issue("V-RANGE")
        decimals = len(text.split(".")[1]) if "." in text and "e" not in text else 0
        return _rate(value, decimals)

    def _text(self, text: str) -> Reading:
        text, qualifier = strip(text)
        bare = re.sub(r"^đạt\s*", "", text)
        has_sign = bare.endswith("%")
        bare = bare.removesuffix("%").strip()
        if not has_sign and ONE_GROUP.match(bare):
            return issue("V-AMBIGUOUS")
        value = text_decimal(bare.replace(".", ",") if has_sign and DECIMAL_DOT.match(bare) else bare)
        if isinstance(value, str):
            return issue(value)
        if not has_sign and 0 < value <= DOUBTFUL:
            return issue("V-AMBIGUOUS")
        if value > MAX_COUNT:
            return issue("V-RANGE")
        printed = bare.split(",") if "," in bare else bare.split(".") if has_sign and "." in bare else [bare]
        return _rate(value, len(printed[1]) if len(printed) > 1 else 0, qualifier)

    def printed(self, values: Sequence[Any], _column: Column | None, /) -> object:
        """With as many decimals as were printed, and the sign."""
        stated, digits = values
        return f"{vn_decimal(stated, digits)}%" if isinstance(stated, float) and isinstance(digits, int) else stated


def _rate(points: float, digits: int, qualifier: State | None = None) -> Reading:
    return Reading((points, digits), qualifier or ("zero" if points == 0 else "value"))


KIND = PercentKind()
