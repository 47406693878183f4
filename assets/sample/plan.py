"""Which reports the bloc sent in 2013-2025: by whom, for which periods, in which look, corrected or faulty.

Belongs here: the list of files. Does not: their figures (report, life) or bytes (files).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from assets.sample.chance import chance
from assets.sample.register import Stretch, alias_on, bodies, ended_in, units_on
from assets.sample.report import REGISTERS, Look, Report, register_report, review_report, unit_report
from warehouse.periods import parse_period_id, periods_of

FIRST_YEAR, LAST_YEAR = 2013, 2025
HALF_YEARLY = frozenset(f"DV{n:03d}" for n in range(4, 44, 3))
NINE_MONTHLY = frozenset(f"DV{n:03d}" for n in range(4, 44, 6))
QUARTERLY = frozenset({"DV006", "DV020", "DV034"})
#: a second report of the roll-out of 32-CTr/TU, two years later: a warning, and not added in reviews
ROLLED_OUT_AGAIN = ("DV005", "2015-Y")
CORRECTED_SHARE = 0.015
CORRECTION = "_lan2"
#: a report that is corrected when its year is closed, and one that comes only then, with its day
CORRECTED_LATE = ("DV011", "2021-Y")
SENT_LATE, LATE_DAY = ("DV014", "2021-Y"), date(2022, 5, 16)


def planned_reports(seed: int) -> Iterator[Report]:
    """Yield every good report: the registers first, then by year and unit; corrections follow what they correct."""
    yield from map(register_report, REGISTERS)
    for year in range(FIRST_YEAR, LAST_YEAR + 1):
        for unit in _reporters(year):
            for period_id in _periods(unit, year):
                yield from _sent(seed, unit, period_id)
        if year == 2016:
            yield review_report()


def _reporters(year: int) -> list[Stretch]:
    last = date(year, 12, 31)
    return [b for b in bodies() if b.covers(last)] + sorted(units_on(last) + ended_in(year), key=lambda s: s.unit_id)


def _periods(unit: Stretch, year: int) -> list[str]:
    code = unit.unit_code
    short = [f"{year}-Q{q}" for q in (1, 2, 3)] if code in QUARTERLY else []
    half = [f"{year}-H1"] if code in HALF_YEARLY else []
    nine = [f"{year}-9M"] if code in NINE_MONTHLY else []
    asked = [*short, *half, *nine, f"{year}-Y"]
    if unit.valid_to is None or unit.valid_to >= date(year, 12, 31):
        return asked
    last = next(p.period_id for p in reversed(periods_of(year)) if p.cumulative and p.period_end >= unit.valid_to)
    return [*(p for p in asked if parse_period_id(p).period_end < unit.valid_to), last]


def _sent(seed: int, unit: Stretch, period_id: str) -> Iterator[Report]:
    rng = chance(seed, unit.unit_code, period_id, "sent")
    report = unit_report(seed, unit, period_id, _look(rng.random()))
    other_name = alias_on(unit.unit_id, report.period.period_end)
    if other_name and rng.random() < 0.15:
        report.cover["unit_name"] = other_name
    if (unit.unit_code, period_id) == ROLLED_OUT_AGAIN:
        report.rows["training"].append(_again())
    if report.key == SENT_LATE:
        report.cover["report_date"] = LATE_DAY
    corrected = (rng.random() < CORRECTED_SHARE and report.period.year >= 2017) or report.key == CORRECTED_LATE
    yield _slipped(report) if corrected else report
    if corrected:
        later = report.cover["report_date"]
        assert isinstance(later, date)  # noqa: S101 - sending() has set it
        cover = {**report.cover, "revision": 2, "report_date": later + timedelta(days=9)}
        yield replace(report, cover=cover, suffix=CORRECTION)


def _look(draw: float) -> Look:
    if draw < 0.06:
        return "csv"
    if draw < 0.10:
        return "json"
    return "foreign" if draw < 0.16 else "template"


def _slipped(report: Report) -> Report:
    """The first sending of a report that is corrected later: a headcount and the attendees of a session are one too low."""
    rows = {**report.rows}
    for table, column in (("organisation", "party_member_count"), ("training", "attendee_count")):
        rows[table] = [_one_less(r, column) for r in rows[table]]
    return replace(report, rows=rows)


def _one_less(row: dict[str, object], column: str) -> dict[str, object]:
    count, part = row.get(column), row.get("member_attended_count") or 0
    return {**row, column: count - 1} if isinstance(count, int) and isinstance(part, int) and count > part else row


def _again() -> dict[str, object]:
    return {
        "training_kind_code": "quan_triet", "document_number": "32-CTr/TU", "document_date": date(2013, 8, 30),
        "session_count": 1, "attendee_count": 40, "member_attended_count": 30, "member_total_count": 30,
        "member_rate_stated": 100.0, "member_rate_digits": 0,
    }  # fmt: skip
