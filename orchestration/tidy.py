"""Tidying a home: its past files, then Dagster's storage; by the command and, each week, by a job.

Does not belong here: what is past (assets.tidy, orchestration.storage).
"""

# no ``from __future__ import annotations``: dagster reads the type of ``config`` at run time
from dataclasses import dataclass

import dagster as dg
from pydantic import Field

from assets.graph.keys import POOL
from assets.graph.retry import trying_again
from assets.tidy import Gone, Retention, tidy_files
from orchestration.storage import compact_databases, tidy_checks, tidy_runs, tidy_ticks
from warehouse.home import Home, current_home
from warehouse.settings import settings


@dataclass(frozen=True, slots=True)
class Tidied:
    """What went by kind, and what could not be made small now, with the reason."""

    gone: list[Gone]
    left: list[str]

    @property
    def bytes(self) -> int:
        """All bytes that became free."""
        return sum(g.bytes for g in self.gone)


def tidy(home: Home, instance: dg.DagsterInstance, retention: Retention, *, dry_run: bool = False) -> Tidied:
    """Remove what is past of ``home`` and of its ``instance``; with ``dry_run`` only say what would go. Raises WriterBusyError.

    It may be stopped at any point and given again. The databases' share of a dry run is what is free in them already.
    """
    before = retention.begins()
    files = tidy_files(home, before, dry_run=dry_run)
    runs = tidy_runs(home, instance, before, dry_run=dry_run)
    checks = tidy_checks(instance, before, dry_run=dry_run)
    ticks = tidy_ticks(instance, before, dry_run=dry_run)
    databases, left = compact_databases(home, dry_run=dry_run)
    return Tidied([runs, checks, ticks, databases, *files], left)


class TidyConfig(dg.Config):
    """How many days of what is past are kept."""

    keep_days: int | None = Field(default=None, description="Days to keep; blank: as set (tidy.keep_days).")


@dg.op(name="remove_past", pool=POOL, description="Remove what is past, and say what went by kind.")
def tidy_op(context: dg.OpExecutionContext, config: TidyConfig) -> None:
    """Tidy the home; nothing else writes to it meanwhile."""
    with trying_again(context):
        home = current_home()
        keep_days = settings(home).tidy.keep_days if config.keep_days is None else config.keep_days
        done = tidy(home, context.instance, Retention(keep_days))
    for gone in done.gone:
        context.log.info(f"{gone.count} {gone.kind}: {gone.bytes} bytes")
    for text in done.left:
        context.log.warning(text)
    context.add_output_metadata({"bytes": done.bytes, **{gone.kind: gone.count for gone in done.gone}})
