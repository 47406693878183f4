"""Reporting periods: one registry of their kinds, from which codes, spans, labels and the words of cover sheets follow.

Belongs here: what a period is called and which days it spans. Does not: deadlines (warehouse.deadlines) and the
dimension's SQL; ``codes/period_kind.csv`` holds the labels of the kinds themselves.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from warehouse.cells.days import YEARS, parse_date
from warehouse.cells.words import fold_key

_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
_CODE = re.compile(r"^(\d{4})-(\w+)$", re.ASCII)
_STATED = re.compile(r"^(\d{8})-(\d{8})-(\w+)$", re.ASCII)


@dataclass(frozen=True, slots=True)
class PeriodKind:
    """One kind of period.

    ``months`` are the spans (first month, last month) of a year by the code within it ("H1"); none: days are stated, and
    the id ends with the kind. ``label`` is what a cover sheet prints: fields year, number (1 from) and period.
    ``words`` are folded texts that name it, with the groups year and number, or first and last for stated days.
    What a kind is to the others follows from its spans; in SQL it is ``core.is_cumulative(period_kind)`` and so on.
    """

    kind: str
    months: Mapping[str, tuple[int, int]]
    label: str
    words: str

    @property
    def is_cumulative(self) -> bool:
        """True when its figures count from 1 January: they contain those of every period of the year that ends before."""
        return bool(self.months) and all(first == 1 for first, _ in self.months.values())

    @property
    def is_whole_year(self) -> bool:
        """True when its period is the year itself."""
        return bool(self.months) and set(self.months.values()) == {(1, 12)}

    @property
    def is_roll_up(self) -> bool:
        """True when it sums up years, over stated days: of no year's calendar, and never beside the reports that it sums up."""
        return not self.months


#: what offices put between a number and its year: Quý III.2026, tháng 7 năm 2026, T7/2026
_OF_YEAR = r"\s*(?:[/.,-]|,?\s*năm)?\s*(?P<year>\d{4})"
#: in the order of ``codes/period_kind.csv``
PERIOD_KINDS: tuple[PeriodKind, ...] = (
    PeriodKind("M", {f"M{m:02d}": (m, m) for m in range(1, 13)}, "Tháng {number}/{year}",
               rf"(?:tháng|th\.?|t\.?)\s*(?P<number>\d{{1,2}}){_OF_YEAR}"),
    PeriodKind("Q", {f"Q{q}": (3 * q - 2, 3 * q) for q in range(1, 5)}, "Quý {number}/{year}",
               rf"(?:(?:quý|quí|q\.?)\s*(?:0?(?=[1-4])|(?=[iv]))|(?=[iv]))(?P<number>[1-4]|iv|i{{1,3}}){_OF_YEAR}"),
    PeriodKind("H1", {"H1": (1, 6)}, "6 tháng đầu năm {year}",
               rf"(?:0?6\s*(?:tháng|t)|sáu tháng)(?: đầu năm)?{_OF_YEAR}"),
    PeriodKind("9M", {"9M": (1, 9)}, "9 tháng năm {year}",
               rf"(?:0?9\s*(?:tháng|t)|chín tháng)(?: đầu năm)?{_OF_YEAR}"),
    PeriodKind("Y", {"Y": (1, 12)}, "Năm {year}", r"(?:cả )?năm (?P<year>\d{4})"),
    PeriodKind("R", {}, "Tổng kết {period.period_start:%d/%m/%Y} - {period.period_end:%d/%m/%Y}",
               r"(?:tổng kết )?(?:từ )?(?P<first>[\d/.]+)\s*(?:-|đến)\s*(?P<last>[\d/.]+)"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Period:
    """One period. ``year`` is the year it ends in; ``period_start`` and ``period_end`` are inclusive days."""

    period_id: str
    kind: str
    year: int
    period_start: date
    period_end: date

    @property
    def cumulative(self) -> bool:
        """True when its figures count from 1 January and contain those of shorter periods."""
        return period_kinds()[self.kind].is_cumulative

    @property
    def code(self) -> str:
        """The part of the id that names it within its year: Y, H1, 9M, Q3 or M07; a review's last day and R."""
        return self.period_id.partition("-")[2]

    @property
    def label(self) -> str:
        """The Vietnamese label, as a cover sheet prints it."""
        kind = period_kinds()[self.kind]
        number = list(kind.months).index(self.code) + 1 if kind.months else 0
        return kind.label.format(year=self.year, number=number, period=self)


@cache
def period_kinds() -> dict[str, PeriodKind]:
    """Return every kind of period by its code."""
    return {k.kind: k for k in PERIOD_KINDS}


def parse_period_id(text: str) -> Period:
    """Read a period code: 2015-Y, 2015-H1, 2015-9M, 2015-Q3, 2015-M07 or 20130830-20160830-R. Raises ValueError."""
    if m := _STATED.match(text):
        kind = period_kinds().get(m[3])
        if kind is not None and not kind.months:
            start, end = (date(int(d[:4]), int(d[4:6]), int(d[6:])) for d in (m[1], m[2]))
            if end <= start:
                raise ValueError(f"period {text!r} ends before it starts")
            return Period(text, kind.kind, end.year, start, end)
    m = _CODE.match(text)
    if not m or m[2] not in _spans():
        raise ValueError(f"not a period code: {text!r}; e.g. 2015-Y, 2015-H1, 2015-9M, 2015-Q3, 2015-M07")
    year = int(m[1])
    name, (first, last) = _spans()[m[2]]
    return Period(text, name, year, date(year, first, 1), date(year, last, calendar.monthrange(year, last)[1]))


def kind_macros() -> dict[str, str]:
    """Return the statements that make ``core.is_cumulative(period_kind)``, ``is_whole_year`` and ``is_roll_up``, by name."""
    out = {}
    for name in ("is_cumulative", "is_whole_year", "is_roll_up"):
        kinds = ", ".join(f"'{k.kind}'" for k in PERIOD_KINDS if getattr(k, name))
        out[f"core.{name}"] = f"CREATE OR REPLACE MACRO core.{name}(period_kind) AS (period_kind IN ({kinds}))"
    return out


def label_macro() -> dict[str, str]:
    """Return the statement that makes ``core.period_label(period_id)``, by name; a review keeps its id."""
    year = 2000  # stands for every year
    labels = {code: parse_period_id(f"{year}-{code}").label for code in _spans()}
    cases = " ".join(f"WHEN '{code}' THEN '{label}'" for code, label in labels.items())
    text = f"CASE split_part(period_id, '-', 2) {cases} ELSE NULL END"
    return {
        "core.period_label": "CREATE OR REPLACE MACRO core.period_label(period_id) AS "
        f"(coalesce(replace({text}, '{year}', left(period_id, 4)), period_id))"
    }


def whole_year(year: int) -> Period:
    """Return the period that is the year itself."""
    return next(p for kind in PERIOD_KINDS if kind.is_whole_year for p in periods_of(year, kind.kind))


def periods_of(year: int, kind: str | None = None) -> list[Period]:
    """Return the periods of ``year``, of one ``kind`` or of all, the year first; a review has no calendar. Raises KeyError."""
    chosen = reversed(PERIOD_KINDS) if kind is None else [period_kinds()[kind]]
    return [parse_period_id(f"{year}-{code}") for of in chosen for code in of.months]


def period_of(text: str) -> Period | None:
    """Return the period that a cover sheet's text names, by words or code.

    None for other texts; so too for a year that no report can be of, such as 0001.
    """
    try:
        period = parse_period_id(_code(text))
    except ValueError:
        return None
    return period if {period.period_start.year, period.period_end.year} <= set(YEARS) else None


@cache
def _spans() -> dict[str, tuple[str, tuple[int, int]]]:
    return {code: (k.kind, span) for k in PERIOD_KINDS for code, span in k.months.items()}


def _code(text: str) -> str:
    folded = fold_key(text)
    for kind in PERIOD_KINDS:
        if (m := re.fullmatch(kind.words, folded)) and (found := _named(kind, m.groupdict())):
            return found
    return folded.upper()


def _named(kind: PeriodKind, said: Mapping[str, str]) -> str | None:
    """The code of the period that words name; None when there is no such number or day."""
    if not kind.months:
        start, end = parse_date(said["first"]), parse_date(said["last"])
        return f"{start:%Y%m%d}-{end:%Y%m%d}-{kind.kind}" if start and end else None
    number = said.get("number", "1")
    n = _ROMAN.get(number) or int(number)
    codes = list(kind.months)
    return f"{said['year']}-{codes[n - 1]}" if 1 <= n <= len(codes) else None
