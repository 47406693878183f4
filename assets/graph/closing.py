"""A year's end: its closing, a decision and so a job, not an asset that is materialised; and the papers that follow its figures.

Does not belong here: when a year is closed (orchestration.schedules), what is written (assets.ingest, assets.report).
"""

# no ``from __future__ import annotations``: dagster reads the type of ``context`` and ``config`` at run time
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import dagster as dg
from pydantic import Field

from assets.graph.keys import (
    DICTIONARY,
    ONE_RUN,
    OWNER,
    POOL,
    PROGRAMME_REVIEW,
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
from assets.ingest import close_year, release, reopen_year
from assets.report.write import Written, write_reviews, write_yearly_report
from warehouse.clock import ZONE
from warehouse.home import Home, current_home
from warehouse.relation import relations

_PAPER = dg.TableSchema(columns=[dg.TableColumn("file"), dg.TableColumn("standing")])
_YEAR_END = dg.FreshnessPolicy.time_window(fail_window=timedelta(days=400), warn_window=timedelta(days=380))

#: shown beside the other assets; nobody materialises it: the jobs that close and reopen a year report it
year_revision = dg.AssetSpec(
    YEAR_REVISION,
    deps=[asset_key(r) for r in marts()],
    partitions_def=YEARS,
    group_name="closing",
    kinds={"duckdb", "table"},
    owners=[OWNER],
    freshness_policy=_YEAR_END,
    metadata={"dagster/column_schema": table_schema(relations()["meta.year_revision"]), "timezone": ZONE},
    description="Khoá sổ năm - when the figures of a year were settled, and each revision since. Closed by job close_year alone.",
)


class ClosingConfig(dg.Config):
    """Which year is closed, and that somebody means it."""

    year: int = Field(description="The year to close; it must have ended.")
    confirm: bool = Field(
        default=False,
        description="True: settle its figures; what changes them later is a revision.",
    )


class ReopeningConfig(dg.Config):
    """Which closing is undone, and why."""

    year: int = Field(description="The year to reopen; nothing may rest on its closing yet.")
    reason: str = Field(description="Why; it is published.")


@dg.op(
    name="close",
    pool=POOL,
    description="Settle the figures of a year as revision 1, release them, write the year's report.",
)
def close_op(context: dg.OpExecutionContext, config: ClosingConfig) -> None:
    """Close the year of the config; a year that is closed stays as it is, and only its report is written again."""
    if not config.confirm:
        raise dg.Failure(
            f"{config.year} was not closed: closing is a decision. Say confirm: true in the config, or: danvan close {config.year}",
            allow_retries=False,
        )
    home, year = current_home(), config.year
    with trying_again(context):
        result = close_year(home, year)
    if result.release_no is None:
        context.log.info(f"{year} was closed before; nothing to do")
    with trying_again(context):
        number = release(home)
        papers = _papers(home, year)
    report_years(context, home, result, marts())
    _tell(context, year, number, papers, {"newly_closed": result.release_no is not None})


@dg.op(name="reopen", pool=POOL, description="Undo the closing of a year on which nothing rests yet.")
def reopen_op(context: dg.OpExecutionContext, config: ReopeningConfig) -> None:
    """Reopen the year of the config; the papers of its closing stay under another name, and it gets a provisional one."""
    home, year = current_home(), config.year
    with trying_again(context):
        result = reopen_year(home, year, config.reason)
    # not tried again: what is undone cannot be undone twice, and what fails from here on the sensor ``follow`` makes good
    number = release(home)
    papers = _papers(home, year)
    report_years(context, home, result, marts())
    _tell(context, year, number, papers, {"reopened": config.reason})


_Papers = dict[dg.AssetKey, list[Written]]


def _papers(home: Home, year: int) -> _Papers:
    """Write what says how settled the year is: its report, and the reviews that rest on it."""
    return {YEARLY_REPORT: [write_yearly_report(home, year)], PROGRAMME_REVIEW: write_reviews(home, [year])}


def _tell(context: dg.OpExecutionContext, year: int, number: int, papers: _Papers, metadata: dict[str, Any]) -> None:
    """Report what the job made, in the order of the graph."""
    told = {YEAR_REVISION: {"release": number, **metadata}, PUBLISHED: {"release": number}, DICTIONARY: {}}
    for key, values in told.items():
        partition = str(year) if key == YEAR_REVISION else None
        context.log_event(dg.AssetMaterialization(key, partition=partition, metadata=values))
    for key, written in papers.items():
        context.log_event(dg.AssetMaterialization(key, partition=str(year), metadata=_paper_metadata(written)))


@dg.asset(
    key=YEARLY_REPORT,
    deps=[*(asset_key(r) for r in marts()), YEAR_REVISION, PUBLISHED],
    partitions_def=YEARS,
    backfill_policy=ONE_RUN,
    group_name="published",
    kinds={"excel", "word"},
    owners=[OWNER],
    freshness_policy=_YEAR_END,
    description="Báo cáo năm - the papers of each year, written anew for exactly the years whose figures changed.",
)
def yearly_report(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
    """Write the reports of the run's partitions."""
    home = current_home()
    with trying_again(context):
        written = [write_yearly_report(home, int(key)) for key in context.partition_keys]
    return dg.MaterializeResult(metadata=_paper_metadata(written))


@dg.asset(
    key=PROGRAMME_REVIEW,
    deps=[*(asset_key(r) for r in marts()), YEAR_REVISION, PUBLISHED],
    partitions_def=YEARS,
    backfill_policy=ONE_RUN,
    group_name="published",
    kinds={"excel", "word"},
    owners=[OWNER],
    freshness_policy=_YEAR_END,
    description="Tổng kết chương trình - the papers of each reviewed window, anew when a year of it or after it did.",
)
def programme_review(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
    """Write the reviews in which one of the run's partitions shows: each once."""
    with trying_again(context):
        written = write_reviews(current_home(), map(int, context.partition_keys))
    return dg.MaterializeResult(metadata=_paper_metadata(written))


def _paper_metadata(written: Sequence[Written]) -> dict[str, Any]:
    files = [dg.TableRecord({"file": path.name, "standing": w.standing.label}) for w in written for path in w.files]
    shown = dg.MetadataValue.table(files, schema=_PAPER)
    return {"reports": shown, "folder": dg.MetadataValue.path(current_home().reports)}
