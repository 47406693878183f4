"""The asset of Great Expectations' Data Docs: pages over the stored results, viewable without a network.

Does not belong here: running suites (assets.batch, before the commit) or the pages' making (expectations.gx.docs).
"""

from __future__ import annotations

import dagster as dg

from assets.graph.keys import FINDING, FRESH, OWNER
from warehouse.home import current_home


@dg.asset(
    deps=[FINDING],
    group_name="published",
    kinds={"html"},
    owners=[OWNER],
    freshness_policy=FRESH,
    description="Data Docs - Great Expectations' results per batch as pages that need no network.",
)
def data_docs() -> dg.MaterializeResult[None]:
    """Render the results that have no page yet."""
    from expectations.gx.docs import build_docs

    index = build_docs(current_home().data_docs)
    return dg.MaterializeResult(metadata={"index": dg.MetadataValue.path(index)})
