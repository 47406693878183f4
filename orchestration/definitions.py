"""The code location: everything that Dagster loads, assembled in one place.

Does not belong here: assets, jobs or resources themselves.
"""

from __future__ import annotations

import dagster as dg

from assets.data_docs import data_docs
from assets.published import inbox, ingest_batch
from assets.receipts import receipts
from assets.reminders import reminders
from orchestration.jobs import ingest_job, reminder_job
from orchestration.schedules import daily_reminders
from orchestration.sensors import alert_on_failure, inbox_sensor

defs = dg.Definitions(
    assets=[inbox, ingest_batch, receipts, data_docs, reminders],
    jobs=[ingest_job, reminder_job],
    schedules=[daily_reminders],
    sensors=[inbox_sensor, alert_on_failure],
    executor=dg.in_process_executor,
)
