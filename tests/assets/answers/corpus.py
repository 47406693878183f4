"""The sample corpus as it was made: the accepted reports and their rows, before any file was written.

Plain Python over generated rows: no mart, view or macro is asked. Only which files were accepted is taken from the ledger, as an auditor
would: judging is not what is tested here. Does not belong here: answers.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any, TypeVar

from assets.sample.files import SUFFIXES
from assets.sample.plan import planned_reports
from assets.sample.planted import planted_mistakes
from assets.sample.register import Stretch, read_data, stretches
from assets.sample.report import Report

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)
Row = dict[str, Any]
Answer = list[tuple[Any, ...]]

YEARS = range(2013, 2026)


@dataclass(frozen=True)
class Sent:
    """One accepted file: who sent it, for which days, and its rows as far as its form asks for them."""

    file_name: str
    report: Report
    unit: Stretch
    rows: dict[str, list[Row]]

    @property
    def year(self) -> int:
        """The year that it reports on."""
        return self.report.period.period_end.year

    @property
    def level(self) -> str:
        """Whether a grassroots unit or a superior body sent it."""
        return "unit" if self.unit.level_code == "co_so" else "bloc"

    @property
    def is_cumulative(self) -> bool:
        """It covers the year from its first day."""
        return self.report.period.period_start == date(self.year, 1, 1)

    @property
    def version(self) -> tuple[int, date]:
        """What orders the versions of one report."""
        revision, day = self.report.cover.get("revision", 1), self.report.cover["report_date"]
        assert isinstance(revision, int) and isinstance(day, date)
        return revision, day


class Corpus:
    """The accepted reports of the sample, and those of them that the figures of a year rest on."""

    def __init__(self, seed: int, accepted: set[str]) -> None:
        reports = [(_file_name(r), r) for r in planned_reports(seed)]
        reports += [(f"{p.name}.xlsx", p.report) for p in planted_mistakes(seed) if p.report]
        self.accepted = [
            _sent(name, r)
            for name, r in reports
            if name in accepted and r.form.form_code == "BCDV" and r.period.kind != "R"
        ]

    @cached_property
    def current(self) -> list[Sent]:
        """The last version of each report."""
        last: dict[tuple[str, str], Sent] = {}
        for sent in sorted(self.accepted, key=lambda s: s.version):
            last[sent.report.key] = sent
        return list(last.values())

    @cached_property
    def used(self) -> list[Sent]:
        """Of each unit and year the longest cumulative report, and those that begin after it ends."""
        found = []
        for reports in grouped(self.current, lambda s: (s.unit.unit_id, s.year)).values():
            ends = [s.report.period.period_end for s in reports if s.is_cumulative]
            whole = max(ends, default=date.min)
            found += [
                s for s in reports
                if (s.report.period.period_end == whole if s.is_cumulative else s.report.period.period_start > whole)
            ]  # fmt: skip
        return found

    def rows(self, table: str, level: str | None = "unit") -> Iterator[tuple[Sent, Row]]:
        """Yield the rows of a table that count, with their report; of one level, or of all (None)."""
        for sent in self.used:
            if level in (None, sent.level):
                yield from ((sent, row) for row in sent.rows.get(table, ()))

    def last_rows(self, table: str, level: str | None = "unit") -> Iterator[tuple[Sent, Row]]:
        """Yield those that stand at the end of each year: of the last reports, less what another unit carries on."""
        ends: dict[tuple[int, int], date] = {}
        for s in self.used:
            key = s.unit.unit_id, s.year
            ends[key] = max(ends.get(key, date.min), s.report.period.period_end)
        found = [
            (s, r) for s, r in self.rows(table, level) if s.report.period.period_end == ends[s.unit.unit_id, s.year]
        ]
        taken = {(s.year, model_of(s, r)) for s, r in found if r.get("model_code_before")}
        for sent, row in found:
            over = row.get("status_code") in ("ket_thuc", "khong_dat")  # nothing is left of it to be carried on
            known = (
                not row.get("model_code_before") and (sent.year, (sent.unit.unit_code, row.get("model_code"))) in taken
            )
            if not known and (over or not self._is_passed_on(sent)):
                yield sent, row

    def _is_passed_on(self, sent: Sent) -> bool:
        """Whether its unit ended in the year while one that succeeds it reported on from there."""
        unit, last = sent.unit.unit_id, days_in(sent.year).get(sent.unit.unit_id, (date.max, date.max))[1]
        became = {
            int(r["to_unit_id"])
            for r in read_data("succession.csv")
            if r["to_unit_id"]
            and int(r["from_unit_id"]) == unit
            and date.fromisoformat(r["succession_date"]) == last + timedelta(1)
        }
        return last < date(sent.year, 12, 31) and any(
            s.unit.unit_id in became and s.year == sent.year and s.report.period.period_end > last for s in self.used
        )

    def reported(self, level: str = "unit") -> dict[int, set[int]]:
        """Return by year the units with a report."""
        found: dict[int, set[int]] = defaultdict(set)
        for s in self.used:
            if s.level == level:
                found[s.year].add(s.unit.unit_id)
        return found


def _file_name(report: Report) -> str:
    unit, period = report.key
    return f"{report.form.form_code}_{unit}_{period}{report.suffix}{SUFFIXES[report.look]}"


def _sent(name: str, report: Report) -> Sent:
    code, day = report.unit.unit_code, report.period.period_end
    unit = next(s for s in stretches() if s.unit_code == code and s.covers(day))
    asked = {(c.table, n) for t in report.form.tables() for c in report.form.headers(t) for n in c.columns}
    rows = {t: [{k: v for k, v in r.items() if (t, k) in asked} for r in found] for t, found in report.rows.items()}
    return Sent(name, report, unit, rows)


def number(value: object) -> float | None:
    """Return a figure that is exact, and None for a blank, "Không" and "khoảng 30"."""
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def total(values: Iterable[object]) -> float | None:
    """Add the exact figures; None when there is none."""
    exact = [n for v in values if (n := number(v)) is not None]
    return sum(exact) if exact else None


def grouped(items: Iterable[T], key: Callable[[T], K]) -> dict[K, list[T]]:
    """Gather items by key, keys in the order in which they come."""
    found: dict[K, list[T]] = {}
    for item in items:
        found.setdefault(key(item), []).append(item)
    return found


def percent(part: float | None, whole: float | None, digits: int = 1) -> float | None:
    """Return part of whole in percent, half up as DuckDB rounds, or None."""
    return math.floor(100 * part / whole * 10**digits + 0.5) / 10**digits if part is not None and whole else None


def alive(day: date, level: str = "unit") -> list[Stretch]:
    """Return the units of a level on a day."""
    return [s for s in stretches() if s.covers(day) and (s.level_code == "co_so") == (level == "unit")]


def at_end(year: int) -> set[int]:
    """Return the grassroots units that exist on the last day of a year."""
    return {s.unit_id for s in alive(date(year, 12, 31))}


def days_in(year: int) -> dict[int, tuple[date, date]]:
    """Return the grassroots units that exist in a year, with their first and last day in it."""
    found: dict[int, tuple[date, date]] = {}
    for s in stretches():
        first, last = max(s.valid_from, date(year, 1, 1)), min(s.valid_to or date.max, date(year, 12, 31))
        if s.level_code == "co_so" and first <= last:
            before = found.get(s.unit_id, (first, last))
            found[s.unit_id] = (min(before[0], first), max(before[1], last))
    return found


def lived(year: int, unit_id: int) -> int:
    """Return the number of days of a year on which a unit exists."""
    first, last = days_in(year)[unit_id]
    return (last - first).days + 1


def due_report(year: int, unit_id: int) -> str:
    """Return the period of the report that is due of a unit for a year: the year, or what contains the last day of one that ends."""
    last = days_in(year)[unit_id][1]
    ends = (("H1", date(year, 6, 30)), ("9M", date(year, 9, 30)), ("Y", date(year, 12, 31)))
    return f"{year}-{next(code for code, day in ends if last <= day)}"


def model_of(sent: Sent, row: Row) -> tuple[str, str]:
    """Return the unit and the code under which a model was first reported, as it says itself."""
    unit, _, code = str(row.get("model_code_before") or f"{sent.unit.unit_code}/{row['model_code']}").partition("/")
    return unit, code


def family_of() -> dict[int, int]:
    """Return by unit the smallest unit that mergers and splits join it with."""
    family = {s.unit_id: s.unit_id for s in stretches()}
    joined = [(int(r["from_unit_id"]), int(r["to_unit_id"])) for r in read_data("succession.csv") if r["to_unit_id"]]
    for _ in joined:  # as often as a chain of them may be long
        for a, b in joined:
            family[a] = family[b] = min(family[a], family[b])
    return family


def of_column(rows: Iterable[tuple[Sent, Row]], column: str) -> list[object]:
    """Return the cells of one column."""
    return [row.get(column) for _, row in rows]


def units_in(rows: Iterable[tuple[Sent, Row]]) -> int:
    """Count the distinct units of rows."""
    return len({sent.unit.unit_id for sent, _ in rows})
