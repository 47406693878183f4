"""Jobs: what can be started by hand, by a sensor, by a schedule or from the command line.

Does not belong here: what the assets do.
"""

from __future__ import annotations

import dagster as dg

from assets.graph import checks
from assets.graph.batch import asset_specs
from assets.graph.closing import close_op, reopen_op
from assets.graph.keys import PROGRAMME_REVIEW, PUBLISHED, YEARLY_REPORT
from orchestration.tidy import tidy_op

_assets = dg.AssetSelection.assets
_batch = _assets(*(spec.key for spec in asset_specs()))
_checks = dg.AssetSelection.checks_for_assets(PUBLISHED) | dg.AssetSelection.checks(*checks.KEYS)
_out = _assets(PUBLISHED, "published/dictionary", "receipts", "data_docs")

ingest_job = dg.define_asset_job(
    "ingest",
    selection=_batch | _out | _checks,
    description="Take the inbox through the warehouse and publish; then write receipts and Data Docs.",
)

release_job = dg.define_asset_job(
    "complete_release",
    selection=_out | _checks,
    description="Complete the release of what was committed: side files, then the receipts and Data Docs that are due.",
)

report_job = dg.define_asset_job(
    "report",
    selection=_assets(YEARLY_REPORT, PROGRAMME_REVIEW),
    description="Write the papers of some years anew: their reports, and the reviews that rest on them.",
)

closing_job = dg.GraphDefinition(name="close_year", node_defs=[close_op]).to_job(
    description="Close a year that has ended: settle its figures, release them, write its report. Asks for confirm: true.",
)


def closing_of(year: int) -> dict[str, object]:
    """Return the run config that closes ``year``, confirmed."""
    return {"ops": {"close": {"config": {"year": year, "confirm": True}}}}


reopening_job = dg.GraphDefinition(name="reopen_year", node_defs=[reopen_op]).to_job(
    description="Undo the closing of a year while nothing rests on it; says why.",
)

reminder_job = dg.define_asset_job(
    "remind",
    selection=_assets("reminders"),
    description="Write today's reminders to the outbox.",
)

tidy_job = dg.GraphDefinition(name="tidy", node_defs=[tidy_op]).to_job(
    description="Remove what is past: old runs and ticks of Dagster, messages that were sent long ago, left-overs.",
)
