"""Which reports are expected, and which of them came, are due or overdue on a day: ``core.report_standing`` asked for that day.

Does not belong here: what is expected (the macro), telling the units (assets.reminders), the table of who was late
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
    found = query.rows(con, "reports_owed", today=today)
    return [DueReport(period_label=parse_period_id(row["period_id"]).label, **row) for row in found]


def completeness_by_year(con: duckdb.DuckDBPyConnection, today: date) -> list[dict[str, Any]]:
    """Return, by year, the reports expected, on_time, late, rejected, missing and not_due on ``today``."""
    return query.rows(con, "completeness_by_year", today=today)
