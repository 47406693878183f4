"""The assets by year: facts and marts. A batch writes them itself; these ops are how the UI backfills a range of years.

Does not belong here: taking files (assets.graph.batch), closing a year (assets.graph.closing).
"""

# no ``from __future__ import annotations``: dagster reads the type of ``context`` at run time
from collections.abc import Iterator, Sequence

import dagster as dg

from assets.batch import BatchResult
from assets.graph.keys import FINDING, ONE_RUN, POOL, asset_key, dimensions, marts, table_spec, yearly_core
from assets.graph.reported import report_years
from assets.graph.retry import trying_again
from assets.ingest import rebuild_marts, replay_years
from warehouse.home import Home, current_home
from warehouse.relation import Relation

core_specs = [table_spec(r, [FINDING], by_year=True) for r in yearly_core()]
_behind_marts = [*(s.key for s in core_specs), *(asset_key(r) for r in dimensions())]
mart_specs = [table_spec(r, _behind_marts, by_year=True) for r in marts()]


@dg.multi_asset(
    name="core_years",
    specs=core_specs,
    can_subset=True,
    pool=POOL,
    backfill_policy=ONE_RUN,
    description="Judge every submission of these years again from the archive, after a rule or a form map changed.",
)
def core_years(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None]]:
    """Replay the years of the run's partitions as one batch; their marts come out of the same transaction."""
    home, years = current_home(), _years(context)
    with trying_again(context):
        result = replay_years(home, years)
    context.log.info(f"batch {result.batch_id}: {len(result.replayed)} submissions of {years} judged again")
    report_years(context, home, result, marts())
    _report_rest(context, home, result, yearly_core())
    keys = [s.key for s in core_specs if s.key in context.selected_asset_keys]
    yield from (dg.MaterializeResult(key, metadata={"replayed": len(result.replayed)}) for key in keys)


@dg.multi_asset(
    name="marts",
    specs=mart_specs,
    can_subset=True,
    pool=POOL,
    backfill_policy=ONE_RUN,
    description="Rebuild the marts of these years from core, in one transaction.",
)
def marts_of_years(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None]]:
    """Rebuild the marts of the run's partitions."""
    home, years = current_home(), _years(context)
    with trying_again(context):
        result = rebuild_marts(home, years)
    _report_rest(context, home, result, marts())
    keys = [s.key for s in mart_specs if s.key in context.selected_asset_keys]
    yield from (dg.MaterializeResult(key, metadata={"release": result.release_no or 0}) for key in keys)


def _report_rest(
    context: dg.AssetExecutionContext, home: Home, result: BatchResult, tables: Sequence[Relation]
) -> None:
    """Report what the run wrote of ``tables`` besides its selection: one transaction writes all of them, whoever asked for one."""
    selected = [r for r in tables if asset_key(r) in context.selected_asset_keys]
    report_years(context, home, result, selected, besides=_years(context))
    report_years(context, home, result, [r for r in tables if r not in selected])


def _years(context: dg.AssetExecutionContext) -> list[int]:
    return sorted(int(key) for key in context.partition_keys)
