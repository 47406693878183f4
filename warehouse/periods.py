"""Reporting periods: their codes, spans and which are cumulative from 1 January.

Does not belong here: deadlines (warehouse.deadlines) and the dimension's SQL.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

PeriodKind = Literal["M", "Q", "H1", "9M", "Y", "R"]
CUMULATIVE: frozenset[str] = frozenset({"H1", "9M", "Y"})
_CODE = re.compile(r"^(\d{4})-(?:(Y|H1|9M)|Q([1-4])|M(0[1-9]|1[0-2]))$")
_REVIEW = re.compile(r"^(\d{4})(\d{2})(\d{2})-(\d{4})(\d{2})(\d{2})-R$")


@dataclass(frozen=True, slots=True)
class Period:
    """One period. ``year`` is the year it ends in; ``period_start`` and ``period_end`` are inclusive days."""

    period_id: str
    kind: PeriodKind
    year: int
    period_start: date
    period_end: date

    @property
    def cumulative(self) -> bool:
        """True when its figures count from 1 January and contain those of shorter periods."""
        return self.kind in CUMULATIVE

    @property
    def code(self) -> str:
        """The part of the id that names it within its year: Y, H1, 9M, Q3 or M07."""
        return self.period_id.partition("-")[2]

    @property
    def label(self) -> str:
        """The Vietnamese label, as a cover sheet prints it."""
        return _label(self)


def parse_period_id(text: str) -> Period:
    """Read a period code: 2015-Y, 2015-H1, 2015-9M, 2015-Q3, 2015-M07 or 20130830-20160830-R. Raises ValueError."""
    if m := _REVIEW.match(text):
        y1, m1, d1, y2, m2, d2 = map(int, m.groups())
        start, end = date(y1, m1, d1), date(y2, m2, d2)
        if end <= start:
            raise ValueError(f"period {text!r} ends before it starts")
        return Period(text, "R", end.year, start, end)
    m = _CODE.match(text)
    if not m:
        raise ValueError(f"not a period code: {text!r}; e.g. 2015-Y, 2015-H1, 2015-9M, 2015-Q3, 2015-M07")
    year = int(m[1])
    kind, first, last = _months(m)
    end = date(year, last, calendar.monthrange(year, last)[1])
    return Period(text, kind, year, date(year, first, 1), end)


def periods_of(year: int) -> list[Period]:
    """Return every calendar period of ``year``, the year first; reviews (R) have no calendar."""
    codes = ["Y", "H1", "9M", *(f"Q{n}" for n in range(1, 5)), *(f"M{n:02d}" for n in range(1, 13))]
    return [parse_period_id(f"{year}-{code}") for code in codes]


def _months(m: re.Match[str]) -> tuple[PeriodKind, int, int]:
    if m[2] == "Y":
        return "Y", 1, 12
    if m[2] == "H1":
        return "H1", 1, 6
    if m[2] == "9M":
        return "9M", 1, 9
    if m[3]:
        quarter = int(m[3])
        return "Q", 3 * quarter - 2, 3 * quarter
    return "M", int(m[4]), int(m[4])


def _label(p: Period) -> str:
    if p.kind == "R":
        return f"Tổng kết {p.period_start:%d/%m/%Y} - {p.period_end:%d/%m/%Y}"
    if p.kind == "Q":
        return f"Quý {p.period_id[-1]}/{p.year}"
    if p.kind == "M":
        return f"Tháng {p.period_end.month}/{p.year}"
    return {"Y": f"Năm {p.year}", "H1": f"6 tháng đầu năm {p.year}", "9M": f"9 tháng năm {p.year}"}[p.kind]
