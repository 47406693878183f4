"""Which reports are expected, and which of them came, are due or overdue on a day: ``core.report_standing`` asked for that day;
and which one the calendar asks for next, ``core.reports_due``.

Does not belong here: what is expected (the macros), telling the units (assets.reminders), the table of who was late
(mart.completeness: the same macro, when all due days are over).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from warehouse import query
from warehouse.periods import parse_period_id

if TYPE_CHECKING:
    from datetime import date

    import duckdb


@dataclass(frozen=True, slots=True)
class CalendarReport:
    """One report that the calendar asks of a unit."""

    unit_code: str
    unit_name: str
    form_code: str
    period_id: str
    period_label: str
    due_date: date


@dataclass(frozen=True, slots=True)
class DueReport(CalendarReport):
    """One report that a unit still owes. ``state``: a code of the list due_state."""

    last_day: date
    state: str


def due_reports(con: duckdb.DuckDBPyConnection, today: date) -> list[DueReport]:
    """Return what is owed on ``today``, by unit and period: by units alive at the end of the period, nothing accepted yet."""
    found = query.rows(con, "reports_owed", today=today)
    return [DueReport(period_label=parse_period_id(row["period_id"]).label, **row) for row in found]


def next_reports(con: duckdb.DuckDBPyConnection, today: date) -> list[CalendarReport]:
    """Return what each unit has to send next, by unit: what is due first of all that is not over and not accepted yet.

    Two that are due on one day are both next; a unit that ends before its next period does has none.
    """
    found = query.rows(con, "next_reports", today=today)
    return [CalendarReport(period_label=parse_period_id(row["period_id"]).label, **row) for row in found]


def completeness_by_year(con: duckdb.DuckDBPyConnection, today: date) -> list[dict[str, Any]]:
    """Return, by year, the reports expected, on_time, late, rejected, missing and not_due on ``today``."""
    return query.rows(con, "completeness_by_year", today=today)
