"""The code location: everything that Dagster loads, assembled in one place. It is an entrance of its own, whoever loads it.

Does not belong here: assets, jobs or resources themselves.
"""

from __future__ import annotations

import dagster as dg

from assets.graph.batch import dimension_specs, inbox, ingest_batch
from assets.graph.checks import standing_checks
from assets.graph.closing import programme_review, year_revision, yearly_report
from assets.graph.data_docs import data_docs
from assets.graph.receipts import receipts
from assets.graph.release import equals_core, release_assets
from assets.graph.reminders import reminders
from assets.graph.years import core_years, marts_of_years
from orchestration.follow import follow
from orchestration.health.watch import watch
from orchestration.jobs import (
    closing_job,
    ingest_job,
    release_job,
    reminder_job,
    reopening_job,
    report_job,
    tidy_job,
)
from orchestration.launcher import known_process_executor
from orchestration.schedules import daily_reminders, weekly_tidy, yearly_closing
from orchestration.sensors import alert_on_cancel, alert_on_failure, inbox_sensor
from warehouse.home import keep_private

keep_private()
defs = dg.Definitions(
    assets=[
        inbox,
        ingest_batch,
        *dimension_specs(),
        core_years,
        marts_of_years,
        release_assets,
        receipts,
        data_docs,
        year_revision,
        yearly_report,
        programme_review,
        reminders,
    ],
    asset_checks=[equals_core, standing_checks],
    jobs=[ingest_job, release_job, report_job, closing_job, reopening_job, reminder_job, tidy_job],
    schedules=[daily_reminders, yearly_closing, weekly_tidy],
    sensors=[inbox_sensor, follow, watch, alert_on_failure, alert_on_cancel],
    executor=known_process_executor,
)
