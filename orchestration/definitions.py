"""The code location: everything that Dagster loads, assembled in one place.

Does not belong here: assets, jobs or resources themselves.
"""

from __future__ import annotations

import dagster as dg

from assets.data_docs import data_docs
from assets.published import inbox, ingest_batch
from orchestration.jobs import ingest_job

defs = dg.Definitions(
    assets=[inbox, ingest_batch, data_docs],
    jobs=[ingest_job],
    executor=dg.in_process_executor,
)
