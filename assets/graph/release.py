"""The release: what analysts open, and the check that it equals core.

Does not belong here: how files are published (warehouse.catalog, warehouse.release), other checks (assets.graph.checks).
"""

# no ``from __future__ import annotations``: dagster reads the type of ``context`` at run time
from collections.abc import Iterator
from typing import Any

import dagster as dg

from assets.graph.keys import (
    DICTIONARY,
    FINDING,
    FRESH,
    OWNER,
    POOL,
    PUBLISHED,
    asset_key,
    dimensions,
    marts,
    yearly_core,
)
from assets.graph.retry import trying_again
from assets.health.metrics import steps_noted
from assets.ingest import complete
from warehouse.content import differences_from_build
from warehouse.home import current_home
from warehouse.release import released


def _spec(key: dg.AssetKey, description: str, deps: list[dg.AssetKey], kinds: set[str]) -> dg.AssetSpec:
    return dg.AssetSpec(
        key,
        deps=deps,
        description=description,
        group_name="published",
        kinds=kinds,
        owners=[OWNER],
        freshness_policy=FRESH,
    )


@dg.multi_asset(
    name="release",
    specs=[
        _spec(
            PUBLISHED,
            "Tệp DuckDB phát hành - what analysts open, read-only, any time; with Parquet by year and a manifest.",
            [FINDING, *(asset_key(r) for r in (*dimensions(), *yearly_core(), *marts()))],
            {"duckdb", "parquet"},
        ),
        _spec(
            DICTIONARY,
            "Từ điển dữ liệu - every table and column with label, unit and code list.",
            [FINDING, *(asset_key(r) for r in marts())],
            {"csv"},
        ),
    ],
    pool=POOL,
    description="Complete the release of what was committed, then empty the inbox of what it holds.",
)
def release_assets(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None]]:
    """Publish what a crash may have left, write the side files, and only then let go of the inbox."""
    home = current_home()
    before = released(home)
    with trying_again(context), steps_noted(home):
        number, cleared = complete(home)
    context.log.info(f"release {number}; {cleared} files taken from the inbox")
    metadata: dict[str, Any] = {
        "release": number,
        "database": dg.MetadataValue.path(home.database),
        "is_new": number != before,
        "taken_from_inbox": cleared,
    }
    yield dg.MaterializeResult(PUBLISHED, metadata={**metadata, "manifest": dg.MetadataValue.path(home.manifest)})
    yield dg.MaterializeResult(DICTIONARY, metadata={"file": dg.MetadataValue.path(home.dictionary)})


@dg.asset_check(
    asset=PUBLISHED,
    name="equals_core",
    blocking=True,
    pool=POOL,
    description="Rows and content hash of every table of the published file equal those of the private build file.",
)
def equals_core() -> dg.AssetCheckResult:
    """Compare the published file with what was committed."""
    compared, different = differences_from_build(current_home())
    return dg.AssetCheckResult(passed=not different, metadata={"compared": compared, "different": different})
