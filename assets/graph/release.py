"""The release: what analysts open, with its checks - equal to core, complete and in time by year.

Does not belong here: how files are published (warehouse.catalog, warehouse.release) or who is late (warehouse.due).
"""

# no ``from __future__ import annotations``: dagster reads the type of ``context`` at run time
from collections.abc import Iterator
from typing import Any

import dagster as dg

from assets.graph.keys import (
    COMPLETENESS,
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
from assets.ingest import complete
from warehouse import clock
from warehouse.catalog import open_published
from warehouse.content import differences_from_build
from warehouse.due import completeness_by_year
from warehouse.home import current_home
from warehouse.release import released

#: a year below this share of expected reports, or of those in time, warns
_ENOUGH = 0.9


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
    with trying_again(context):
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


@dg.multi_asset_check(
    name="reporting",
    specs=[
        dg.AssetCheckSpec(
            name,
            asset=COMPLETENESS,
            additional_deps=[PUBLISHED],
            description=f"In every year, {_ENOUGH:.0%} of the reports that are due by now were {what}.",
        )
        for name, what in (("completeness", "accepted"), ("timeliness", "accepted and in time"))
    ],
)
def reporting_checks() -> Iterator[dg.AssetCheckResult]:
    """Warn of years in which too few units reported, or too few in time; what is not due yet is not missing."""
    with open_published(current_home()) as con:
        years = completeness_by_year(con, clock.today())
    for name, counted in (("completeness", ("on_time", "late")), ("timeliness", ("on_time",))):
        shares = [_share(row, counted) for row in years if row["expected"] > row["not_due"]]
        below = [s["year"] for s in shares if s["percent"] < 100 * _ENOUGH]
        yield dg.AssetCheckResult(
            asset_key=COMPLETENESS,
            check_name=name,
            passed=not below,
            severity=dg.AssetCheckSeverity.WARN,
            metadata={"years_below": ", ".join(below), "by_year": _table(shares)},
        )


def _share(row: dict[str, int], counted: tuple[str, ...]) -> dict[str, Any]:
    """One year: how many of the reports that are due by now count."""
    expected, reports = row["expected"] - row["not_due"], sum(row[name] for name in counted)
    return {"year": str(row["year"]), "expected": expected, "reports": reports, "percent": 100 * reports / expected}


def _table(shares: list[dict[str, Any]]) -> dg.MetadataValue[Any]:
    records = [dg.TableRecord({**share, "percent": round(share["percent"], 1)}) for share in shares]
    return dg.MetadataValue.table(records) if records else dg.MetadataValue.text("no report is expected yet")
