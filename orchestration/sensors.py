"""Sensors: what starts a run, and what happens when one fails.

Does not belong here: what a run does (assets), or when by the clock.
"""

from __future__ import annotations

import hashlib
import time
from typing import TYPE_CHECKING

import dagster as dg
from dagster import DagsterRunStatus as Status

from assets.ingest import new_batch_id
from assets.intake.inbox import InboxError, open_inbox, reach_warning
from assets.intake.inbox.signed import Ready, alone_warning, ready
from orchestration.alerts import raise_alert, why
from orchestration.asking import WAITING, at_work_or_failed
from orchestration.jobs import ingest_job
from warehouse.catalog import open_published
from warehouse.home import current_home
from warehouse.ledger import batch_ids
from warehouse.senders import senders_of
from warehouse.settings import settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assets.intake.inbox import Arrival, Inbox
    from warehouse.home import Home

#: the daemon ticks every five seconds; in between the sensor itself keeps looking
WATCH_SECONDS = 4.0
ARRIVALS = "danvan/arrivals"
BATCH = "danvan/batch"
_REST = "rest of "


@dg.sensor(
    job=ingest_job,
    minimum_interval_seconds=5,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Sweeps the inbox: one run for all complete files that no waiting or running run has seen.",
)
def inbox_sensor(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
    """Ask for one run when complete files are waiting.

    A queued run will take whatever is there when it starts, so none is added to it; a running one has listed its files
    already, so new ones need another. What lies in the inbox is the queue; all that is remembered here is which warning was
    given last. The batch's id is given here, so that run and ledger name it alike; the batch tells what arrived, once read.
    """
    home = current_home()
    try:
        inbox = open_inbox(home)
        found, warning = _watch(inbox, senders_of(home).signatures), reach_warning(inbox)
    except (FileNotFoundError, InboxError) as e:
        return dg.SkipReason(str(e))
    _warn_once(context, "\n".join(filter(None, (warning, alone_warning(found.alone)))))
    last = next(iter(context.instance.get_runs(dg.RunsFilter(job_name=ingest_job.name), limit=1)), None)
    if held := _held_back(home, last):
        return dg.SkipReason(held)
    key = arrivals_key(found.arrivals) if found.arrivals else _unfinished(last)
    if not key:
        return dg.SkipReason("no complete file in the inbox")
    reason = _why_not(context.instance, key)
    if reason:
        return dg.SkipReason(reason)
    batch_id = new_batch_id()
    request = dg.RunRequest(
        tags={ARRIVALS: key, BATCH: batch_id},
        run_config={"ops": {"ingest_batch": {"config": {"batch_id": batch_id}}}},
    )
    return dg.SensorResult(run_requests=[request])


def _warn_once(context: dg.SensorEvaluationContext, warning: str) -> None:
    """Log what cannot be taken when it is not what was logged last; the cursor keeps its mark, also over a restart."""
    mark = hashlib.sha256(warning.encode()).hexdigest()[:32] if warning else ""
    if warning and mark != context.cursor:
        context.log.warning(warning)
    if mark != (context.cursor or ""):
        context.update_cursor(mark)


def _watch(inbox: Inbox, signatures: str) -> Ready:
    """Return what may be taken once nothing else is on its way, or what may be after a while."""
    give_up, settle = time.monotonic() + WATCH_SECONDS, settings().arrival.settle_seconds
    while True:
        found = ready(inbox, settle, signatures=signatures)
        is_quiet = found.arrivals and len(found.arrivals) + len(found.waiting) == len(ready(inbox).arrivals)
        if is_quiet or time.monotonic() + inbox.look_again_seconds > give_up:
            return found
        time.sleep(inbox.look_again_seconds)


def arrivals_key(arrivals: Sequence[Arrival]) -> str:
    """Return a short name of exactly these arrivals."""
    return hashlib.sha256("\n".join(sorted(a.mark for a in arrivals)).encode()).hexdigest()[:32]


def _unfinished(last: dg.DagsterRun | None) -> str | None:
    """Name the last run if it was ended too early: it may owe the receipts of what it committed, which a run completes."""
    if last is None or last.status not in (Status.FAILURE, Status.CANCELED):
        return None
    key = last.tags.get(ARRIVALS, "")
    return key if key.startswith(_REST) else f"{_REST}{last.run_id}"


def _held_back(home: Home, last: dg.DagsterRun | None) -> str | None:
    """Say that somebody cancelled the last sweep before it had committed, and how its files are taken; None where nobody did."""
    if last is None or last.status is not Status.CANCELED or ARRIVALS not in last.tags:
        return None
    if last.tags[ARRIVALS].startswith(_REST) or _is_committed(home, last.tags.get(BATCH, "")):
        return None
    return (
        f"run {last.run_id[:8]} was cancelled before it took its files; they wait until somebody says so: take away "
        "what should not be taken, then start job ingest here, or: danvan ingest"
    )


def _is_committed(home: Home, batch_id: str) -> bool:
    if not home.database.exists():
        return False
    with open_published(home) as con:
        return batch_id in batch_ids(con)


def _why_not(instance: dg.DagsterInstance, key: str) -> str | None:
    """Say why no run is asked for now, or return None."""
    waiting = instance.get_runs(dg.RunsFilter(job_name=ingest_job.name, statuses=WAITING), limit=1)
    if waiting:
        return f"run {waiting[0].run_id[:8]} is waiting and will take these files"
    return at_work_or_failed(instance, ingest_job.name, {ARRIVALS: key}, "these files")


@dg.run_failure_sensor(
    name="alert_on_failure",
    minimum_interval_seconds=5,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Writes an alert to the outbox when a run fails, and posts it where a webhook is set.",
)
def alert_on_failure(context: dg.RunFailureSensorContext) -> None:
    """Tell the operators which run failed, why, and where to look."""
    steps = [e.step_failure_data.error for e in context.get_step_failure_events()]
    _alert(context, why([e for e in steps if e]) or context.failure_event.message or "")


@dg.run_status_sensor(
    run_status=Status.CANCELED,
    name="alert_on_cancel",
    minimum_interval_seconds=5,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Writes an alert to the outbox when a run is cancelled: what it had not committed waits for a person.",
)
def alert_on_cancel(context: dg.RunStatusSensorContext) -> None:
    """Tell the operators which run was cancelled."""
    _alert(context, "The run was cancelled.")


def _alert(context: dg.RunStatusSensorContext, message: str) -> None:
    run = context.dagster_run
    posted = raise_alert(current_home(), run.run_id, run.job_name, message)
    context.log.info(f"alert for run {run.run_id}: {posted}")
