"""The assets of a year's end: its closing, and the report that follows every change of its figures.

Does not belong here: when a year is closed (orchestration.schedules), what is written (assets.ingest, assets.report).
"""

# no ``from __future__ import annotations``: dagster reads the type of ``context`` at run time
from datetime import timedelta

import dagster as dg

from assets.graph.keys import (
    FOLLOWS_RELEASE,
    ONE_RUN,
    OWNER,
    POOL,
    PUBLISHED,
    YEAR_REVISION,
    YEARLY_REPORT,
    YEARS,
    asset_key,
    marts,
    table_schema,
)
from assets.graph.reported import report_years
from assets.graph.retry import trying_again
from assets.ingest import close_year, release
from assets.report.write import write_yearly_report
from warehouse.clock import ZONE
from warehouse.home import current_home
from warehouse.relation import relations

_YEAR_END = dg.FreshnessPolicy.time_window(fail_window=timedelta(days=400), warn_window=timedelta(days=380))


@dg.asset(
    key=YEAR_REVISION,
    deps=[asset_key(r) for r in marts()],
    partitions_def=YEARS,
    backfill_policy=ONE_RUN,
    pool=POOL,
    group_name="closing",
    kinds={"duckdb", "table"},
    owners=[OWNER],
    freshness_policy=_YEAR_END,
    metadata={"dagster/column_schema": table_schema(relations()["meta.year_revision"]), "timezone": ZONE},
    description="Khoá sổ năm - settles the figures of a year as revision 1; whatever changes them later is a new revision.",
)
def year_revision(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
    """Close the years of the run's partitions and release them; a year that is closed stays as it is."""
    home, closed = current_home(), []
    for year in sorted(int(key) for key in context.partition_keys):
        with trying_again(context):
            result = close_year(home, year)
        if result.release_no is None:
            context.log.info(f"{year} was closed before; nothing to do")
            continue
        closed.append(year)
        report_years(context, home, result, marts())
    with trying_again(context):
        number = release(home)
    return dg.MaterializeResult(metadata={"release": number, "newly_closed": str(closed)})


@dg.asset(
    key=YEARLY_REPORT,
    deps=[*(asset_key(r) for r in marts()), YEAR_REVISION, PUBLISHED],
    partitions_def=YEARS,
    backfill_policy=ONE_RUN,
    group_name="published",
    kinds={"excel", "word"},
    owners=[OWNER],
    freshness_policy=_YEAR_END,
    automation_condition=FOLLOWS_RELEASE,
    description="Báo cáo năm - the papers of each year, written anew for exactly the years whose figures changed.",
)
def yearly_report(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
    """Write the reports of the run's partitions."""
    home = current_home()
    with trying_again(context):
        written = [write_yearly_report(home, int(key)) for key in context.partition_keys]
    files = [dg.TableRecord({"file": path.name, "standing": w.standing.label}) for w in written for path in w.files]
    return dg.MaterializeResult(
        metadata={"reports": dg.MetadataValue.table(files), "folder": dg.MetadataValue.path(home.reports)}
    )
