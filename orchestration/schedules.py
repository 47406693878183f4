"""What runs by the clock, in the time of the units: Asia/Ho_Chi_Minh.

Does not belong here: what starts because something arrived (sensors).
"""

from __future__ import annotations

import dagster as dg

from orchestration.jobs import reminder_job

daily_reminders = dg.ScheduleDefinition(
    name="daily_reminders",
    job=reminder_job,
    cron_schedule="0 7 * * *",
    execution_timezone="Asia/Ho_Chi_Minh",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Every morning: one message per unit with reports due, late or overdue.",
)
