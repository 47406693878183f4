"""Jobs: what can be started by hand, by a sensor or from the command line.

Does not belong here: what the assets do.
"""

from __future__ import annotations

import dagster as dg

ingest_job = dg.define_asset_job(
    "ingest",
    selection=dg.AssetSelection.groups("intake", "core", "mart", "published") - dg.AssetSelection.keys("inbox"),
    description="Take the inbox through the warehouse and publish; then write receipts and Data Docs.",
)

reminder_job = dg.define_asset_job(
    "remind",
    selection=dg.AssetSelection.keys("reminders"),
    description="Write today's reminders to the outbox.",
)
