"""How the corpus arrives: in five deliveries, as the years bring them, with a year closed after the second.

Belongs here: what comes with what. Does not: what is sent (plan), its figures or bytes.
"""

from __future__ import annotations

from assets.sample.plan import CORRECTION, SENT_LATE
from assets.sample.report import REGISTERS, Report

#: the last year whose reports come with each delivery
LAST_YEARS = (2020, 2021, 2023, 2024, 2025)
ARRIVALS = range(1, len(LAST_YEARS) + 1)
#: the year that is closed when a delivery was taken
CLOSED_AFTER = {2: 2021}
FAULTY = ARRIVALS[-1]


def arrival_of(report: Report) -> int:
    """Return the delivery that brings a good report: a late one and a correction come one later, a register with its years."""
    if report.period.period_id in REGISTERS:
        return 1 + 2 * list(REGISTERS).index(report.period.period_id)
    arrival = next(n for n, year in zip(ARRIVALS, LAST_YEARS, strict=True) if report.period.year <= year)
    is_late = report.suffix == CORRECTION or (report.key == SENT_LATE)
    return min(arrival + is_late, ARRIVALS[-1])
