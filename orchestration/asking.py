"""Whether a run may be asked for now: none waits for the same, none is at work on it, and after a failure not too soon.

Does not belong here: what asks for runs (sensors, follow).
"""

from __future__ import annotations

import time

import dagster as dg
from dagster import DagsterRunStatus as Status

from warehouse.settings import settings

WAITING = [Status.QUEUED, Status.NOT_STARTED, Status.STARTING]
_AT_WORK = [Status.STARTED, Status.CANCELING]


def at_work_or_failed(instance: dg.DagsterInstance, job: str, tags: dict[str, str], what: str) -> str | None:
    """Say why no run of ``job`` with ``tags`` is asked for now, or return None. ``what`` it works on is named to the operator."""
    waits = settings().runs.back_off_seconds  # after the nth failure over the same
    same = instance.get_run_records(dg.RunsFilter(job_name=job, tags=tags), limit=len(waits) + 1)
    if any(r.dagster_run.status in _AT_WORK for r in same):
        return f"a run is at work on {what}"
    failed = [r for r in same if r.dagster_run.status in (Status.FAILURE, Status.CANCELED)]
    if not failed:
        return None
    wait = waits[min(len(failed), len(waits)) - 1]
    due = max(r.end_time or r.create_timestamp.timestamp() for r in failed) + wait
    left = due - time.time()
    return f"{len(failed)} runs failed on {what}; next try in {left:.0f} s" if left > 0 else None


def first_under_way(instance: dg.DagsterInstance, besides: tuple[str, ...] = ()) -> dg.DagsterRun | None:
    """Return a run that waits or is at work, of any job but those ``besides``; None when there is none."""
    runs = instance.get_runs(dg.RunsFilter(statuses=[*WAITING, *_AT_WORK]))
    return next((run for run in runs if run.job_name not in besides), None)
