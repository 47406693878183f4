"""What runs by the clock, in the time of the units: Asia/Ho_Chi_Minh.

Does not belong here: what starts because something arrived or changed (sensors).
"""

from __future__ import annotations

import dagster as dg

from orchestration.jobs import closing_job, closing_of, reminder_job, tidy_job
from warehouse.clock import ZONE
from warehouse.closing_day import closing_day

_CLOSING = closing_day()

daily_reminders = dg.ScheduleDefinition(
    name="daily_reminders",
    job=reminder_job,
    cron_schedule="0 7 * * *",
    execution_timezone=ZONE,
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Every morning: one message per unit with reports due, late or overdue.",
)

weekly_tidy = dg.ScheduleDefinition(
    name="weekly_tidy",
    job=tidy_job,
    cron_schedule="0 3 * * 0",
    execution_timezone=ZONE,
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Every Sunday night: removes old runs and ticks, messages that are past, left-overs; see danvan tidy --help.",
)


@dg.schedule(
    job=closing_job,
    cron_schedule=f"0 2 {_CLOSING.day} {_CLOSING.month} *",
    execution_timezone=ZONE,
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="After the last day of grace: closes the year that ended, writes its report. What comes later makes new revisions.",
)
def yearly_closing(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """Ask for the closing of the year before the scheduled day's."""
    year = context.scheduled_execution_time.year - 1
    return dg.RunRequest(run_key=f"close-{year}", run_config=closing_of(year))
