"""The asset of the receipts: what goes back to units after a batch is published.

Does not belong here: what a receipt is (assets.receipt).
"""

# no ``from __future__ import annotations``: dagster reads the type of ``context`` at run time

from typing import Any

import dagster as dg

from assets.graph.keys import FRESH, OWNER, PUBLISHED
from assets.graph.retry import trying_again
from warehouse.home import Home, current_home
from warehouse.settings import settings


@dg.asset(
    deps=[PUBLISHED],
    group_name="published",
    kinds={"excel", "json"},
    owners=[OWNER],
    freshness_policy=FRESH,
    description="Biên nhận - for each submission JSON, and the unit's own workbook with marked cells.",
)
def receipts(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
    """Write the receipts that are due."""
    from assets.health.metrics import steps_noted
    from assets.receipt import write_receipts

    home = current_home()
    with trying_again(context), steps_noted(home):
        done = write_receipts(home, settings(home).processes)
    _tell_monitor(context, home)
    for submission, why in done.failed.items():
        context.log.warning(f"receipt {submission} lists the findings alone: its workbook could not be marked ({why})")
    metadata: dict[str, Any] = {
        "written": done.written,
        "not_marked": len(done.failed),
        "folder": dg.MetadataValue.path(home.receipts),
    }
    return dg.MaterializeResult(metadata=metadata)


def _tell_monitor(context: dg.AssetExecutionContext, home: Home) -> None:
    """Write the figures of the batch, now that it is through; that they could not be written fails no run."""
    from assets.health.metrics import write_metrics

    try:
        write_metrics(home)
    except OSError as e:
        context.log.warning(f"the figures for the monitor were not written: {e.strerror or type(e).__name__}")
