"""The asset of the receipts: what goes back to units after a batch is published.

Does not belong here: what a receipt is (assets.receipt).
"""

from __future__ import annotations

import dagster as dg

from assets.graph.keys import FRESH, OWNER, PUBLISHED
from warehouse.home import current_home


@dg.asset(
    deps=[PUBLISHED],
    group_name="published",
    kinds={"excel", "json"},
    owners=[OWNER],
    freshness_policy=FRESH,
    description="Biên nhận - for each submission JSON, and the unit's own workbook with marked cells.",
)
def receipts() -> dg.MaterializeResult[None]:
    """Write the receipts that are due."""
    from assets.receipt import write_receipts

    home = current_home()
    count = write_receipts(home)
    return dg.MaterializeResult(metadata={"written": count, "folder": dg.MetadataValue.path(home.receipts)})
