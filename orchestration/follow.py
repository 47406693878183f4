"""What follows a change: a release that is not complete is completed, then the papers of the years that it changed are written.

It asks what is so, not what happened: so a backfill, a command, a run that was cancelled after its commit, years from before the
daemon's first start and a restored home are followed alike. Does not belong here: the inbox (sensors), what the runs do (assets).
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import TYPE_CHECKING

import dagster as dg
from dagster import DagsterRunStatus as Status

from assets.graph.keys import YEARS
from assets.graph.reported import tell_what_stands
from assets.report.write import years_without_paper
from orchestration.asking import WAITING, at_work_or_failed, first_under_way
from orchestration.jobs import release_job, reminder_job, report_job
from warehouse import query
from warehouse.catalog import open_published
from warehouse.home import current_home
from warehouse.release import released

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from warehouse.home import Home

#: the tag of a run that follows: what it was asked for
FOLLOWS = "danvan/follows"


@dataclass(frozen=True, slots=True)
class Followed:
    """How far everything was followed: ``mark`` of the files that were looked at last, the release whose papers are written.

    A release is told by its number and when it was published: a warehouse that was made again counts from one.
    """

    mark: str = ""
    release_no: int = 0
    published_at: str = ""

    @classmethod
    def of(cls, cursor: str | None) -> Followed:
        """Return what the sensor's cursor says."""
        return cls(**json.loads(cursor)) if cursor else cls()


@dg.sensor(
    name="follow",
    jobs=[release_job, report_job],
    minimum_interval_seconds=10,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Completes releases (side files, receipts, Data Docs); then writes the papers of exactly the years that changed.",
)
def follow(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
    """Ask for what is missing, once nobody works on what it would be made of."""
    home, seen = current_home(), Followed.of(context.cursor)
    if not home.database.exists():
        return dg.SkipReason("nothing is published yet")
    mark = _mark(home)
    if mark == seen.mark:
        return dg.SkipReason("nothing has changed since it was last followed")
    if run := first_under_way(context.instance, besides=(report_job.name, reminder_job.name)):
        return dg.SkipReason(f"run {run.run_id[:8]} ({run.job_name}) is at work; what comes of it is followed")
    number, published_at = _published_release(home)
    name = f"release {number} of {published_at}"
    if number != released(home):
        return _ask(context.instance, [_Wanted(release_job.name, name)])
    since = _since(home, seen)
    if not since:
        tell_what_stands(context.instance, home)
    wanted = [_Wanted(report_job.name, f"papers of {name}", years) for years in _stretches(_due(home, since))]
    if missing := [w for w in wanted if not _is_done(context.instance, w)]:
        return _ask(context.instance, missing)
    context.update_cursor(json.dumps(asdict(Followed(mark, number, published_at))))
    return dg.SkipReason(f"{name} is complete and its papers are written")


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A run that is wanted: of which job, for what, over which first and last year."""

    job: str
    what: str
    years: tuple[int, int] | None = None

    @property
    def tags(self) -> dict[str, str]:
        """What the run is known by, and its range of partitions."""
        if not self.years:
            return {FOLLOWS: self.what}
        first, last = map(str, self.years)
        of_range = {"dagster/asset_partition_range_start": first, "dagster/asset_partition_range_end": last}
        return {FOLLOWS: f"{self.what}: {first}-{last}", **of_range}


def _mark(home: Home) -> str:
    """What changes when the published file or its manifest does."""
    stats = [path.stat() for path in (home.database, home.manifest) if path.exists()]
    return " ".join(f"{s.st_ino}:{s.st_mtime_ns}" for s in stats)


def _published_release(home: Home) -> tuple[int, str]:
    """Number and time of the release that analysts see."""
    with open_published(home) as con:
        found = query.rows(con, "release")
    return (int(found[0]["release_no"]), str(found[0]["published_at"])) if found else (0, "")


def _since(home: Home, seen: Followed) -> int:
    """The release after which changes are followed: 0, from the beginning, where this warehouse does not have what was seen."""
    with open_published(home) as con:
        found = query.rows(con, "release_at", release_no=seen.release_no)
    return seen.release_no if [str(row["published_at"]) for row in found] == [seen.published_at] else 0


def _due(home: Home, since: int) -> list[int]:
    """The years with a partition whose figures changed after a release, or whose papers say another standing than they have."""
    known = {int(key) for key in YEARS.get_partition_keys()}
    with open_published(home) as con:
        changed = {row["year"] for row in query.rows(con, "years_changed", since=since)}
    return sorted((changed & known) | set(years_without_paper(home, known)))


def _stretches(years: Iterable[int]) -> list[tuple[int, int]]:
    """Return the first and the last of each stretch of years that follow one another: one run each."""
    runs = [[year for _, year in run] for _, run in groupby(enumerate(years), lambda x: x[1] - x[0])]
    return [(run[0], run[-1]) for run in runs]


def _is_done(instance: dg.DagsterInstance, wanted: _Wanted) -> bool:
    done = dg.RunsFilter(job_name=wanted.job, tags={FOLLOWS: wanted.tags[FOLLOWS]}, statuses=[Status.SUCCESS])
    return bool(instance.get_runs(done, limit=1))


def _ask(instance: dg.DagsterInstance, wanted: Sequence[_Wanted]) -> dg.SensorResult | dg.SkipReason:
    """Ask for those that may be asked for now."""
    reasons = {w: _why_not(instance, w) for w in wanted}
    free = [w for w, reason in reasons.items() if reason is None]
    if not free:
        return dg.SkipReason("; ".join(r for r in reasons.values() if r))
    return dg.SensorResult(run_requests=[dg.RunRequest(job_name=w.job, tags=w.tags) for w in free])


def _why_not(instance: dg.DagsterInstance, wanted: _Wanted) -> str | None:
    own = {FOLLOWS: wanted.tags[FOLLOWS]}
    if instance.get_runs(dg.RunsFilter(job_name=wanted.job, tags=own, statuses=WAITING), limit=1):
        return f"a run is waiting for {wanted.what}"
    return at_work_or_failed(instance, wanted.job, own, wanted.what)
