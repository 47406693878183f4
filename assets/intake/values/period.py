"""Periods as cover sheets write them: a code, or Vietnamese words.

Does not belong here: what a period spans (warehouse.periods).
"""

from __future__ import annotations

import re

from assets.intake.values.dates import YEARS, parse_date
from assets.intake.values.reading import NOT_REPORTED, Reading, issue
from assets.intake.values.text import fold_key
from warehouse.periods import Period, parse_period_id

_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
_WORDS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"^(?:cả )?năm (\d{4})$"), "{0}-Y"),
    (re.compile(r"^(?:6 tháng|sáu tháng)(?: đầu năm)?(?: năm)? (\d{4})$"), "{0}-H1"),
    (re.compile(r"^(?:9 tháng|chín tháng)(?: đầu năm)?(?: năm)? (\d{4})$"), "{0}-9M"),
)
_QUARTER = re.compile(r"^quý ([1-4]|iv|i{1,3})\s*(?:/|-|năm)?\s*(\d{4})$")
_MONTH = re.compile(r"^tháng (\d{1,2})\s*(?:/|-|năm)?\s*(\d{4})$")
_SPAN = re.compile(r"^(?:tổng kết )?(?:từ )?([\d/.]+)\s*(?:-|đến)\s*([\d/.]+)$")


def read_period(cell: str | None) -> Reading:
    """Read a period; value is a ``warehouse.periods.Period``'s code."""
    if cell is None:
        return NOT_REPORTED
    period = period_of(cell[2:])
    return Reading(period.period_id, "value") if period else issue("C-PERIOD-INVALID")


def period_of(text: str) -> Period | None:
    """Return the period that a text names, or None; so too for a year that no report can be of, such as 0001."""
    try:
        period = parse_period_id(_code(text))
    except ValueError:
        return None
    return period if {period.period_start.year, period.period_end.year} <= set(YEARS) else None


def _code(text: str) -> str:
    folded = fold_key(text)
    for pattern, template in _WORDS:
        if m := pattern.match(folded):
            return template.format(m[1])
    if m := _QUARTER.match(folded):
        return f"{m[2]}-Q{_ROMAN.get(m[1], m[1])}"
    if m := _MONTH.match(folded):
        return f"{m[2]}-M{int(m[1]):02d}"
    if m := _SPAN.match(folded):
        start, end = parse_date(m[1]), parse_date(m[2])
        if start and end:
            return f"{start:%Y%m%d}-{end:%Y%m%d}-R"
    return text.strip().upper()
