"""Which reports are due, late or overdue on a day: the deadline file against the accepted submissions.

Does not belong here: telling the units (assets.reminders).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal

from warehouse.deadlines import Deadline, deadlines
from warehouse.periods import Period, periods_of

if TYPE_CHECKING:
    import duckdb

#: for how long after the grace days a missing report is still asked for
ASKED_FOR_DAYS = 180


@dataclass(frozen=True, slots=True)
class DueReport:
    """One report that a unit still owes. ``state``: due (before the due day), late (within grace), overdue (after it)."""

    unit_code: str
    unit_name: str
    form_code: str
    period_id: str
    period_label: str
    due_date: date
    last_day: date
    state: Literal["due", "late", "overdue"]


def due_reports(con: duckdb.DuckDBPyConnection, today: date) -> list[DueReport]:
    """Return what is owed on ``today``, by unit and period: by units alive at the end of the period, nothing accepted yet."""
    out = []
    for rule in deadlines():
        for period in _asked_for(rule, today):
            due = period.period_end + timedelta(days=rule.due_days)
            last = due + timedelta(days=rule.grace_days)
            state: Literal["due", "late", "overdue"] = "due" if today <= due else "late" if today <= last else "overdue"
            rows = con.execute(_OWING, [period.period_end, rule.form_code, period.period_id]).fetchall()
            out += [
                DueReport(code, name, rule.form_code, period.period_id, period.label, due, last, state)
                for code, name in rows
            ]
    return sorted(out, key=lambda r: (r.unit_code, r.period_id))


def _asked_for(rule: Deadline, today: date) -> list[Period]:
    """The expected periods whose reminder has begun and which are not given up yet."""
    if not rule.expected:
        return []
    years = (today.year - 1, today.year)
    periods = [p for y in years for p in periods_of(y, rule.period_kind)]
    first, last = rule.due_days - rule.remind_days, rule.due_days + rule.grace_days + ASKED_FOR_DAYS
    return [p for p in periods if timedelta(days=first) <= today - p.period_end <= timedelta(days=last)]


_OWING = """
SELECT u.unit_code, u.unit_name FROM core.unit_on_day u
WHERE u.level_code = 'co_so' AND ? BETWEEN u.valid_from AND u.valid_until
  AND NOT EXISTS (FROM intake.submission s WHERE s.unit_id = u.unit_id AND s.verdict = 'accepted'
                  AND s.form_code = ? AND s.period_id = ?)
ORDER BY 1
"""
