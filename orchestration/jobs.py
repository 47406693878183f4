"""Jobs: what can be started by hand, by a sensor or from the command line.

Does not belong here: what the assets do.
"""

from __future__ import annotations

import dagster as dg

ingest_job = dg.define_asset_job(
    "ingest",
    selection=dg.AssetSelection.all() - dg.AssetSelection.keys("inbox"),
    description="Take the inbox through the warehouse and publish; then build Data Docs.",
)
