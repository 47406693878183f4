"""A document's number and date as printed: 32-CTr/TU, ngày 30/8/2013.

Does not belong here: whether the document is known (rules, core.dim_document).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from warehouse.cells.days import parse_date, vn_date
from warehouse.cells.kind import Guide, Kind, Part
from warehouse.cells.legacy import repair_text
from warehouse.cells.reading import Reading, issue
from warehouse.cells.words import clean

if TYPE_CHECKING:
    from warehouse.declaration import Column

_NUMBER = re.compile(
    r"(?P<number>\d{1,4}\s*(?:/\s*\d{4})?\s*[-/]\s*[A-ZĐ][A-Za-zĐđ]*\d*(?:\s*[-/]\s*[A-ZĐ][A-Za-zĐđ]*\d*)*)"
)
#: a date, or the beginning of one: half a date is asked about
_DATE = re.compile(
    r"(?:ngày\s*)?\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}|ngày\s*\d{1,2}\s*tháng\s*\d{1,2}\s*năm\s*\d{4}|ngày\s*\d",
    re.IGNORECASE,
)


class CitationKind(Kind):
    """A document; its value is (number, date or None)."""

    name = "citation"
    parts = (Part(("text",), "text"), Part(("date",), "date"))
    guide = Guide(
        6, "Văn bản", "Ghi số ký hiệu, ngày ban hành, ví dụ: 32-CTr/TU, ngày 30/8/2013.", "32-CTr/TU, ngày 30/8/2013"
    )
    usual_width = 27.0
    condition = "is_citation"
    entry_format = "entry_text"

    def _value(self, cell: str, _column: Column | None, /) -> Reading:
        text = clean(repair_text(cell[2:]) or "")
        found = _NUMBER.search(text)
        if not found:
            return issue("V-CITATION")
        number = re.sub(r"\s+", "", found["number"])
        second = _NUMBER.search(text, found.end())  # its date is not the first one's
        while second and _DATE.match(text, second.start()):  # 30/8/2013 is no number
            second = _NUMBER.search(text, second.end())
        dated = _DATE.search(text, found.end(), second.start() if second else len(text))
        if not dated:
            return Reading((number, None), "value")
        day = parse_date(dated[0])
        return Reading((number, day), "value") if day else issue("V-DATE")

    def printed(self, values: Sequence[Any], _column: Column | None, /) -> object:
        """Number, and date if there is one."""
        number, day = values
        return f"{number}, ngày {vn_date(day)}" if isinstance(day, date) else number


KIND = CitationKind()
