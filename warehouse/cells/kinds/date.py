"""A date: an Excel date, a serial number, or text with the day first.

Does not belong here: dates inside a text (citation) or the rules on them (expectations).
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from warehouse.cells.days import from_serial, parse_date
from warehouse.cells.kind import Guide, Kind, Part, Rule
from warehouse.cells.reading import Reading, issue

if TYPE_CHECKING:
    from warehouse.declaration import Column

_RULE: Rule = {
    "validate": "date", "criteria": "between", "minimum": datetime(1930, 1, 1), "maximum": datetime(2099, 12, 31),
}  # fmt: skip


class DateKind(Kind):
    """A day; its value is a ``datetime.date``."""

    name = "date"
    parts = (Part(("date",), "date"),)
    guide = Guide(5, "Ngày", "Ghi ngày/tháng/năm, ví dụ 30/8/2013.", "30/8/2013")
    is_date = True
    usual_width = 13.0
    entry_rule = _RULE
    cover_rule = _RULE
    entry_format = "entry_date"
    cover_format = "value_date"

    def _value(self, cell: str, _column: Column | None, /) -> Reading:
        serial = cell.startswith("n:") and cell[2:].isdecimal() and len(cell) <= 9
        day = from_serial(int(cell[2:])) if serial else parse_date(cell[2:])
        return Reading(day, "value") if day else issue("V-DATE")


KIND = DateKind()
