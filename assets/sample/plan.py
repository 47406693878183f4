"""Which reports the bloc sent in 2013-2025: by whom, for which periods, in which look, corrected or faulty.

Belongs here: the list of files. Does not: their figures (report, life) or bytes (files).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from assets.sample.chance import chance
from assets.sample.register import Stretch, alias_on, bodies, units_on
from assets.sample.report import Look, Report, register_report, review_report, unit_report

FIRST_YEAR, LAST_YEAR = 2013, 2025
HALF_YEARLY = frozenset(f"DV{n:03d}" for n in range(4, 44, 3))
NINE_MONTHLY = frozenset(f"DV{n:03d}" for n in range(4, 44, 6))
QUARTERLY = frozenset({"DV006", "DV020", "DV034"})
#: a second report of the roll-out of 32-CTr/TU, two years later: a warning, and not added in reviews
ROLLED_OUT_AGAIN = ("DV005", "2015-Y")
CORRECTED_SHARE = 0.015


def planned_reports(seed: int) -> Iterator[Report]:
    """Yield every good report: the register first, then by year and unit; corrections follow what they correct."""
    yield register_report()
    for year in range(FIRST_YEAR, LAST_YEAR + 1):
        for unit in _reporters(year):
            for period_id in _periods(unit, year):
                yield from _sent(seed, unit, period_id)
        if year == 2016:
            yield review_report()


def _reporters(year: int) -> list[Stretch]:
    last = date(year, 12, 31)
    return [b for b in bodies() if b.covers(last)] + units_on(last)


def _periods(unit: Stretch, year: int) -> list[str]:
    code = unit.unit_code
    short = [f"{year}-Q{q}" for q in (1, 2, 3)] if code in QUARTERLY else []
    half = [f"{year}-H1"] if code in HALF_YEARLY else []
    nine = [f"{year}-9M"] if code in NINE_MONTHLY else []
    return [*short, *half, *nine, f"{year}-Y"]


def _sent(seed: int, unit: Stretch, period_id: str) -> Iterator[Report]:
    rng = chance(seed, unit.unit_code, period_id, "sent")
    report = unit_report(seed, unit, period_id, _look(rng.random()))
    other_name = alias_on(unit.unit_id, report.period.period_end)
    if other_name and rng.random() < 0.15:
        report.cover["unit_name"] = other_name
    if (unit.unit_code, period_id) == ROLLED_OUT_AGAIN:
        report.rows["training"].append(_again())
    corrected = rng.random() < CORRECTED_SHARE and report.period.year >= 2017
    yield _slipped(report) if corrected else report
    if corrected:
        later = report.cover["report_date"]
        assert isinstance(later, date)  # noqa: S101 - sending() has set it
        cover = {**report.cover, "revision": 2, "report_date": later + timedelta(days=9)}
        yield replace(report, cover=cover, suffix="_lan2")


def _look(draw: float) -> Look:
    if draw < 0.06:
        return "csv"
    if draw < 0.10:
        return "json"
    return "foreign" if draw < 0.16 else "template"


def _slipped(report: Report) -> Report:
    """The first sending of a report that is corrected later: a headcount is one too low."""
    rows = {**report.rows, "organisation": [dict(r) for r in report.rows["organisation"]]}
    for row in rows["organisation"]:
        count = row.get("party_member_count")
        if isinstance(count, int):
            row["party_member_count"] = count - 1
    return replace(report, rows=rows)


def _again() -> dict[str, object]:
    return {
        "training_kind_code": "quan_triet", "document_number": "32-CTr/TU", "document_date": date(2013, 8, 30),
        "session_count": 1, "attendee_count": 40, "member_attended_count": 30, "member_total_count": 30,
        "member_rate_stated": 100.0, "member_rate_digits": 0,
    }  # fmt: skip
