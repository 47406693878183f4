"""Which reports are expected, and which of them came, are due or overdue on a day: the deadline file against the ledger.

Does not belong here: telling the units (assets.reminders), or the table of who was late (mart.completeness).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from warehouse import query
from warehouse.deadlines import Deadline, deadlines
from warehouse.forms import form_versions, version_for
from warehouse.periods import Period, periods_of

if TYPE_CHECKING:
    import duckdb

#: for how long after the grace days a missing report is still asked for
ASKED_FOR_DAYS = 180


@dataclass(frozen=True, slots=True)
class DueReport:
    """One report that a unit still owes. ``state``: a code of the list due_state."""

    unit_code: str
    unit_name: str
    form_code: str
    period_id: str
    period_label: str
    due_date: date
    last_day: date
    state: str


def due_reports(con: duckdb.DuckDBPyConnection, today: date) -> list[DueReport]:
    """Return what is owed on ``today``, by unit and period: by units alive at the end of the period, nothing accepted yet."""
    found = query.rows(con, "reports_owed", today=today, calendar=_calendar(today.year))
    return [DueReport(**row) for row in found]


def completeness_by_year(con: duckdb.DuckDBPyConnection, today: date) -> list[dict[str, Any]]:
    """Return, by year, the reports expected, on_time, late, rejected, missing and not_due on ``today``."""
    return query.rows(con, "completeness_by_year", today=today, calendar=_calendar(today.year))


@cache
def _calendar(last_year: int) -> list[dict[str, Any]]:
    """Every expected period up to ``last_year`` with its days, for the queries."""
    first_year = min(f.valid_from.year for f in form_versions().values())
    return [
        _entry(rule, period)
        for rule in deadlines()
        if rule.expected
        for year in range(first_year, last_year + 1)
        for period in periods_of(year, rule.period_kind)
        if version_for(rule.form_code, period.period_end)
    ]


def _entry(rule: Deadline, period: Period) -> dict[str, Any]:
    due = period.period_end + timedelta(days=rule.due_days)
    last = due + timedelta(days=rule.grace_days)
    return {
        "form_code": rule.form_code,
        "period_id": period.period_id,
        "period_label": period.label,
        "year": period.year,
        "period_end": period.period_end,
        "due_date": due,
        "last_day": last,
        "asked_from": due - timedelta(days=rule.remind_days),
        "asked_until": last + timedelta(days=ASKED_FOR_DAYS),
    }
