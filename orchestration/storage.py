"""Dagster's own storage kept small: runs that ended long ago with their files, old ticks, databases that are half empty.

All goes through the instance. What it tells today it tells afterwards: the newest record of everything stays. Does not belong
here: files of the home (assets.tidy), when it is done (orchestration.tidy).
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

import dagster as dg
from sqlalchemy import func, select

from assets.tidy import Gone, remove, size_of
from orchestration.internals import (
    BACKFILL_ID_TAG,
    AssetCheckExecutionsTable,
    BulkActionsFilter,
    BulkActionStatus,
    SqlEventLogStorage,
    SqliteEventLogStorage,
)
from warehouse.compact import compact, free_bytes, is_worth
from warehouse.processes import running_daemon

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from warehouse.home import Home

#: what grows with runs and ticks, under DAGSTER_HOME; the file of each run goes with it
_DATABASES = ("history/runs/index.db", "history/runs.db", "schedules/schedules.db")
#: 40 MB in use were written anew in 1.6 s, for which writers beside it waited; they give up after 5 s
_LARGEST_BESIDE_A_DAEMON = 80 << 20
_PAGE = 500
_AT_WORK = [BulkActionStatus.REQUESTED, BulkActionStatus.CANCELING, BulkActionStatus.FAILING]


def tidy_runs(home: Home, instance: dg.DagsterInstance, before: datetime, *, dry_run: bool = False) -> Gone:
    """Delete the runs that ended before ``before`` (UTC) and tell nothing that no newer run tells, with events, files and logs."""
    past = past_runs(instance, before)
    size = 0
    for run_id in past:
        logs, events = home.dagster / "storage" / run_id, _event_files(instance, run_id)
        size += size_of(logs) + sum(map(size_of, events))
        if not dry_run:
            instance.compute_log_manager.delete_logs(prefix=[run_id])
            instance.delete_run(run_id)
            for path in (*events, logs):  # Dagster leaves the emptied file of the run's events, and the folder
                remove(path)
    return Gone("runs", len(past), size)


def past_runs(instance: dg.DagsterInstance, before: datetime) -> list[str]:
    """Return the ids of runs that ended before ``before`` and are the newest record of nothing, the newest first.

    Kept are those that an asset's or a partition's state comes from, those of backfills at work, the newest of each job and
    status (sensors look at it), and the last that ended: SQLite gives the numbers of events behind the last one again, and
    a sensor that has seen them would overlook the next failure.
    """
    kept, backfills = _told_by(instance), _backfills_at_work(instance)
    seen, ended = set(), list[tuple[float, str]]()
    for record in _records(instance):
        run = record.dagster_run
        if (run.job_name, run.status) not in seen:
            seen.add((run.job_name, run.status))
            kept.add(run.run_id)
        if run.tags.get(BACKFILL_ID_TAG) in backfills:
            kept.add(run.run_id)
        if run.is_finished:
            ended.append((record.end_time or record.update_timestamp.timestamp(), run.run_id))
    kept |= {run_id for _, run_id in sorted(ended)[-1:]}
    return [run_id for end, run_id in ended if end < before.timestamp() and run_id not in kept]


def tidy_checks(instance: dg.DagsterInstance, before: datetime, *, dry_run: bool = False) -> Gone:
    """Delete evaluations of checks of before ``before`` (UTC), but of each check the newest of each outcome.

    The one place that deletes rows itself: Dagster keeps them when their run is deleted, 60 KB a batch, and has no call for it.
    """
    storage = instance.event_log_storage
    if not isinstance(storage, SqlEventLogStorage):
        return Gone("evaluations of checks", 0, 0)
    table = AssetCheckExecutionsTable.c
    of = (table.asset_key, table.check_name, table.partition, table.execution_status)
    with storage.index_connection() as con:
        newest = {row[0] for row in con.execute(select(func.max(table.id)).group_by(*of))}
        old = select(table.id).where(table.create_timestamp < before.replace(tzinfo=None))
        past = [row[0] for row in con.execute(old) if row[0] not in newest]
        for start in range(0, 0 if dry_run else len(past), _PAGE):
            con.execute(AssetCheckExecutionsTable.delete().where(table.id.in_(past[start : start + _PAGE])))
    return Gone("evaluations of checks", len(past), 0)


def tidy_ticks(instance: dg.DagsterInstance, before: datetime, *, dry_run: bool = False) -> Gone:
    """Delete ticks of before ``before`` (UTC), but of each sensor and schedule the newest: a schedule goes on from there."""
    count = 0
    for state in instance.all_instigator_state():
        ids = (state.instigator_origin_id, state.selector_id)
        newest = instance.get_ticks(*ids, limit=1)
        until = min([before.timestamp(), *(tick.timestamp for tick in newest)])
        past = instance.get_ticks(*ids, before=until)
        count += len(past)
        if past and not dry_run:
            for key in filter(None, (tick.log_key for tick in past)):
                instance.compute_log_manager.delete_logs(log_key=key)
            instance.purge_ticks(*ids, before=until)
    return Gone("ticks", count, 0)


def compact_databases(home: Home, *, dry_run: bool = False) -> tuple[Gone, list[str]]:
    """Write anew the databases of Dagster that are a fifth or more free, also beside a daemon; say which are left."""
    count, size, left = 0, 0, []
    for path in filter(Path.exists, (home.dagster / name for name in _DATABASES)):
        used, free = free_bytes(path)
        if not is_worth(used, free):
            continue
        if used > _LARGEST_BESIDE_A_DAEMON and (daemon := running_daemon(home)):
            left.append(
                f"{path.name} is left: too large to be written anew beside the daemon (pid {daemon.pid}); stop it"
            )
            continue
        try:
            size += free if dry_run else compact(path)
            count += 1
        except sqlite3.OperationalError as e:
            left.append(f"{path.name} is left: {e}; tidy again")
    return Gone("databases made small", count, size), left


def _records(instance: dg.DagsterInstance) -> Iterator[dg.RunRecord]:
    cursor = None
    while page := instance.get_run_records(limit=_PAGE, cursor=cursor):
        yield from page
        cursor = page[-1].dagster_run.run_id


def _told_by(instance: dg.DagsterInstance) -> set[str]:
    """The runs that the state of an asset, or of a partition of it, comes from: its newest event, or an attempt since."""
    found: set[str | None] = set()
    for record in instance.get_asset_records():
        entry = record.asset_entry
        key = entry.asset_key
        found |= {entry.last_run_id, entry.last_planned_materialization_run_id}
        for kind, fetch in (
            (dg.DagsterEventType.ASSET_MATERIALIZATION, instance.fetch_materializations),
            (dg.DagsterEventType.ASSET_OBSERVATION, instance.fetch_observations),
        ):
            found |= {event.run_id for event in fetch(key, limit=1).records}
            if ids := list(instance.get_latest_storage_id_by_partition(key, kind).values()):
                of_partitions = dg.AssetRecordsFilter(asset_key=key, storage_ids=ids)
                found |= {event.run_id for event in fetch(of_partitions, limit=len(ids)).records}
        tried = instance.event_log_storage.get_latest_asset_partition_materialization_attempts_without_materializations
        found |= {run_id for run_id, _ in tried(key).values()}
    return {run_id for run_id in found if run_id}


def _backfills_at_work(instance: dg.DagsterInstance) -> set[str]:
    return {b.backfill_id for b in instance.get_backfills(filters=BulkActionsFilter(statuses=_AT_WORK))}


def _event_files(instance: dg.DagsterInstance, run_id: str) -> list[Path]:
    """The file of a run's events with what SQLite keeps beside it; none where they are kept elsewhere, as in Postgres."""
    storage = instance.event_log_storage
    if not isinstance(storage, SqliteEventLogStorage):
        return []
    file = Path(storage.path_for_shard(run_id))
    return [file.with_name(f"{file.name}{suffix}") for suffix in ("-wal", "-shm", "")]
