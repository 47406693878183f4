"""A date: an Excel date, a serial number, or text with the day first.

Does not belong here: dates inside a text (citation) or the rules on them (expectations).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from warehouse.cells.days import Moment, moment_of_serial, parse_moment
from warehouse.cells.figures import MAX_COUNT, finite
from warehouse.cells.kind import Guide, Kind, Part
from warehouse.cells.reading import Reading, issue

if TYPE_CHECKING:
    from warehouse.declaration import Column

#: a day and its fraction as the files of spreadsheets have it, with the tag
LONGEST_SERIAL = 24


class DateKind(Kind):
    """A day; its value is a ``datetime.date``."""

    name = "date"
    parts = (Part(("date",), "date"),)
    guide = Guide(5, "Ngày", "Gõ ngày trước, tháng sau: ngày/tháng/năm, ví dụ 30/8/2013.", "30/8/2013")
    is_date = True
    usual_width = 13.0
    condition = "is_date"
    entry_format = "entry_mark"
    cover_format = "value_text"

    def _value(self, cell: str, _column: Column | None, /) -> Reading:
        found = moment(cell)
        if found is None:
            return issue("V-DATE")
        return issue("V-DATE-TIME") if found.is_doubtful else Reading(found.day, "value")

    def noted(self, cell: str, /) -> str | None:
        """A time of day that leaves no doubt of the day."""
        found = moment(cell)
        return "V-TIME" if found and found.seconds and not found.is_doubtful else None


def moment(cell: str) -> Moment | None:
    """Return the day that a tagged cell states, and its time of day; None when it states none."""
    if cell.startswith("n:") and len(cell) <= LONGEST_SERIAL:
        value = finite(cell[2:])
        return None if isinstance(value, str) or value > MAX_COUNT else moment_of_serial(value)
    return parse_moment(cell[2:])


KIND = DateKind()
