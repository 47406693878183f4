"""The asset of Great Expectations' Data Docs: pages over the stored results, viewable without a network.

Does not belong here: running suites (assets.batch, before the commit) or the pages' making (expectations.gx.docs).
"""

# no ``from __future__ import annotations``: dagster reads the type of ``context`` at run time

import dagster as dg

from assets.graph.keys import FINDING, FRESH, OWNER
from assets.graph.retry import trying_again
from warehouse.home import current_home


@dg.asset(
    deps=[FINDING],
    group_name="published",
    kinds={"html"},
    owners=[OWNER],
    freshness_policy=FRESH,
    description="Data Docs - Great Expectations' results per batch as pages that need no network.",
)
def data_docs(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
    """Render the results that have no page yet."""
    from expectations.gx.docs import build_docs

    with trying_again(context):
        index = build_docs(current_home().data_docs)
    return dg.MaterializeResult(metadata={"index": dg.MetadataValue.path(index)})
