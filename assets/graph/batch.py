"""The assets of one batch: one op takes the inbox through the warehouse and reports every table that it wrote.

Does not belong here: what the batch does (assets.batch, assets.ingest), the assets by year (assets.graph.years).
"""

# no ``from __future__ import annotations``: dagster reads the types of a Config at run time
from collections.abc import Iterator
from typing import Any

import dagster as dg

from assets.batch import BatchResult
from assets.confirm import held_text, waiting
from assets.graph.keys import (
    FINDING,
    INBOX,
    OWNER,
    POOL,
    SUBMISSION,
    asset_key,
    dimensions,
    table_spec,
)
from assets.graph.reported import (
    batch_metadata,
    finding_metadata,
    row_counts,
    suite_results,
    suites_disagree,
    table_metadata,
    tell_batch,
)
from assets.graph.retry import trying_again
from assets.health.metrics import steps_noted
from assets.ingest import Chosen, replay, take_confirmed, take_inbox
from assets.judge_files import SuitesDisagreeError
from expectations.rule import rule_codes_by_table
from warehouse.home import Home, current_home
from warehouse.relation import relations
from warehouse.settings import settings


class IngestConfig(dg.Config):
    """What one run takes: the inbox of DANVAN_HOME; or, for a replay, submissions from the archive.

    Those are named one by one (``replay``), by the batch that judged them last, or by years. ``confirm`` names registers that were
    held since they go too far: they are put in force. ``confirm_replay`` lets a replay reject more reports than it may by itself.

    Files that changed within ``settle_seconds`` may still be on their way and are left for the next run.
    """

    batch_id: str = ""
    processes: int = settings().processes
    settle_seconds: float = settings().arrival.settle_seconds
    replay: list[str] = []  # noqa: RUF012 - dagster reads the default from the class
    replay_batch: str = ""
    replay_years: list[int] = []  # noqa: RUF012
    confirm: list[str] = []  # noqa: RUF012
    confirm_replay: bool = False


inbox = dg.AssetSpec(
    INBOX,
    description="Hộp thư đến - office files that units sent; external to the warehouse, observed at each batch.",
    group_name="intake",
    kinds={"file"},
    owners=[OWNER],
)


def asset_specs() -> list[dg.AssetSpec]:
    """Return what every batch writes: submissions, the rows that it judges in memory, findings."""
    submission = table_spec(relations()["intake.submission"], [INBOX])
    staged = [table_spec(relations()[t], [SUBMISSION]) for t in rule_codes_by_table() if t.startswith("staging.")]
    finding = table_spec(relations()["intake.finding"], [s.key for s in staged])
    return [submission, *staged, finding]


def dimension_specs() -> list[dg.AssetSpec]:
    """Return what a batch writes only when a register came, or what is declared changed: it reports them then."""
    return [table_spec(r, [FINDING]) for r in dimensions()]


def check_specs() -> list[dg.AssetCheckSpec]:
    """Return one check per GX suite, and the one that stops a batch: that GX itself and the compiled pass agree."""
    suites = [
        dg.AssetCheckSpec(
            name=suite_name(table),
            asset=suite_asset(table),
            description=f"Great Expectations suite of {table}: {len(codes)} expectations. Failing rows are quarantined.",
        )
        for table, codes in rule_codes_by_table().items()
    ]
    agree = dg.AssetCheckSpec(
        name="gx_agrees",
        asset=FINDING,
        blocking=True,
        description="Great Expectations' own counts equal those of the compiled pass; otherwise nothing is committed.",
    )
    return [*suites, agree]


def suite_name(table: str) -> str:
    """Return the name of the check of a table's suite."""
    return f"gx_{table.replace('.', '_')}"


def suite_asset(table: str) -> dg.AssetKey:
    """Return the asset that a suite speaks of: the staged table, or the findings for rules across periods."""
    return asset_key(relations()[table]) if table.startswith("staging.") else FINDING


@dg.multi_asset(
    name="ingest_batch",
    specs=asset_specs(),
    check_specs=check_specs(),
    pool=POOL,
    description="One sweep: archive, read, validate, load and aggregate in one transaction, and publish the database.",
)
def ingest_batch(context: dg.AssetExecutionContext, config: IngestConfig) -> Iterator[Any]:
    """Take one batch and report every table and suite that it wrote, and the years that it touched."""
    home = current_home()
    try:
        with trying_again(context), steps_noted(home, begins=True):
            result = _run(home, config)
    except SuitesDisagreeError as e:
        yield suites_disagree(e)
        raise
    context.log.info(
        f"batch {result.batch_id}: {result.files} files, {len(result.accepted)} accepted, "
        f"{len(result.rejected)} rejected, {result.duplicates} duplicates"
    )
    for text in (held_text(i, held) for i, held in waiting(home).items() if held and i in result.rejected):
        context.log.warning(text)
    tell_batch(context, home, result)
    counts = row_counts(home)
    own_of = {SUBMISSION: batch_metadata(result), FINDING: finding_metadata(home, result)}
    for spec in asset_specs():
        own = own_of.get(spec.key, {})
        name = ".".join(spec.key.path)
        yield dg.MaterializeResult(spec.key, metadata=own | table_metadata(name, counts, result))
    for spec in dimension_specs() if result.all_years else ():
        told = table_metadata(".".join(spec.key.path), counts, result)
        context.log_event(dg.AssetMaterialization(spec.key, metadata=told))
    yield from suite_results(home, result, suite_name, suite_asset)


def _run(home: Home, config: IngestConfig) -> BatchResult:
    if config.confirm:
        return take_confirmed(home, config.confirm, processes=config.processes)
    chosen = Chosen(config.replay, config.replay_batch, config.replay_years)
    if chosen != Chosen([], "", []):
        return replay(home, chosen.ids(home), processes=config.processes, confirmed=config.confirm_replay)
    return take_inbox(
        home, batch_id=config.batch_id or None, processes=config.processes, settle_seconds=config.settle_seconds
    )
