"""What the Dagster instance of a home knows: heartbeats, ticks, checks, freshness. It is read only, and its code is not loaded.

Does not belong here: what the home's own files say (assets.health.home), who is told (orchestration.health.watch).
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import dagster as dg

from assets.health.home import moment, span
from assets.health.line import Level, Line, looked
from orchestration.alerts import why
from orchestration.internals import AssetCheckExecutionRecordStatus as CheckStatus
from orchestration.internals import (
    FreshnessState,
    InstigatorType,
    ScheduleInstigatorData,
    SensorInstigatorData,
    TickStatus,
    reverse_cron_string_iterator,
)
from warehouse import clock
from warehouse.processes import running_daemon

if TYPE_CHECKING:
    from datetime import datetime

    from orchestration.internals import AssetCheckExecutionRecord, InstigatorState, InstigatorTick
    from warehouse.home import Home
    from warehouse.processes import Worker

#: seconds: heartbeats come every 30, ticks every 5 to 60 (and one lasts up to 60), a schedule's tick within the minute
HEARTBEAT_LATE, TICK_LATE, SCHEDULE_LATE = 300.0, 300.0, 600.0
#: evaluations of a check that are looked through for the last that ended: a run that was stopped leaves planned ones
_LOOKED_THROUGH = 10


@contextmanager
def existing_instance(home: Home) -> Iterator[dg.DagsterInstance | None]:
    """Open the home's instance; None where none was made yet: looking makes none."""
    made = home.dagster / "dagster.yaml"
    if not made.exists() or not ((home.dagster / "history").is_dir() or "postgres" in made.read_text(encoding="utf-8")):
        yield None
        return
    with dg.DagsterInstance.from_config(str(home.dagster)) as instance:
        yield instance


@dataclass(frozen=True, slots=True)
class Defined:
    """What should run and be well: names of sensors and schedules, checks, and the assets with a freshness policy."""

    sensors: Sequence[str]
    schedules: Sequence[str]
    checks: Sequence[dg.AssetCheckKey]
    assets: Sequence[dg.AssetKey]


def look_at_instance(home: Home, instance: dg.DagsterInstance, defined: Defined) -> list[Line]:
    """Return a line for the daemon, each sensor and schedule, each check that fails, and what is stale."""
    daemon = running_daemon(home)
    looks: list[tuple[str, Callable[[], Iterator[Line]]]] = [
        ("daemon", lambda: _daemon(home, instance, daemon)),
        ("sensors", lambda: _sensors(instance, daemon, defined.sensors)),
        ("schedules", lambda: _schedules(instance, daemon, defined.schedules)),
        ("checks", lambda: _checks(instance, defined.checks)),
        ("freshness", lambda: _freshness(instance, defined.assets)),
    ]
    return list(looked(looks))


def no_instance(home: Home) -> list[Line]:
    """Return the lines of a home whose Dagster instance was not made yet."""
    return list(looked([("daemon", lambda: _daemon(home, None, running_daemon(home)))]))


def _daemon(home: Home, instance: dg.DagsterInstance | None, daemon: Worker | None) -> Iterator[Line]:
    down = "start it: danvan daemon, or systemctl start danvan-daemon"
    required = {k: s for k, s in instance.get_daemon_statuses().items() if s.required} if instance else {}
    beats = {k: s.last_heartbeat.timestamp for k, s in required.items() if s.last_heartbeat}
    last = f"; last heartbeat {moment(_at(max(beats.values())))}" if beats else ""
    if daemon is None:
        may_see = os.geteuid() in (0, home.dagster.stat().st_uid)  # else its processes are hidden: the heartbeats tell
        if may_see or not beats or time.time() - max(beats.values()) > HEARTBEAT_LATE:
            yield Line("daemon", f"none runs{last}", Level.critical, "DAEMON-DOWN", down)
            return
        yield Line("daemon", f"runs as another user{last}")
        return
    up = daemon.since.timestamp()
    late = sorted(k for k in required if time.time() - max(beats.get(k, 0.0), up) > HEARTBEAT_LATE)
    if late:
        found = f"pid {daemon.pid} runs, without a heartbeat of {', '.join(late).lower()}{last}"
        yield Line("daemon", found, Level.critical, "DAEMON-HANGS", "look at its log, then start it again")
    else:
        yield Line("daemon", f"pid {daemon.pid}, up since {moment(daemon.since)}{last}")


def _sensors(instance: dg.DagsterInstance, daemon: Worker | None, names: Sequence[str]) -> Iterator[Line]:
    states = _newest(instance, InstigatorType.SENSOR)
    for name in names:
        what, state = f"sensor {name}", states.get(name)
        tick = _last_tick(instance, state) if state else None
        last = tick.timestamp if tick else 0.0
        found = f"last tick {span(time.time() - last)} ago" if tick else "no tick yet"
        interval = (
            (state.instigator_data.min_interval or 0)
            if state and isinstance(state.instigator_data, SensorInstigatorData)
            else 0
        )
        if stopped := _stopped(what, state):
            yield stopped
        elif time.time() - max(last, daemon.since.timestamp() if daemon else 0.0) > TICK_LATE + interval:
            yield Line(what, found, Level.critical, "SENSOR-SILENT", "start the daemon, or start it again")
        elif tick and _fails(tick, daemon):
            yield _failing(what, tick, "SENSOR-FAILS")
        else:
            yield Line(what, found)


def _schedules(instance: dg.DagsterInstance, daemon: Worker | None, names: Sequence[str]) -> Iterator[Line]:
    states = _newest(instance, InstigatorType.SCHEDULE)
    for name in names:
        what, state = f"schedule {name}", states.get(name)
        tick = _last_tick(instance, state) if state else None
        found = f"last tick {moment(_at(tick.timestamp))}" if tick else "not due yet"
        due = _last_due(state.instigator_data) if state else None
        is_missed = due is not None and (tick is None or tick.timestamp < due)
        if stopped := _stopped(what, state):
            yield stopped
        elif due and is_missed and time.time() - max(due, daemon.since.timestamp() if daemon else 0.0) > SCHEDULE_LATE:
            missed = f"{found}; it was due {moment(_at(due))}"
            yield Line(
                what,
                missed,
                Level.critical,
                "SCHEDULE-MISSED",
                "start the daemon: it catches up; or start its job by hand",
            )
        elif tick and _fails(tick, daemon):
            yield _failing(what, tick, "SCHEDULE-FAILS")
        else:
            yield Line(what, found)


def _last_due(data: object) -> float | None:
    """When a schedule should have ticked last since it was started; None when it has not been due."""
    if (
        not isinstance(data, ScheduleInstigatorData)
        or not isinstance(data.cron_schedule, str)
        or not data.start_timestamp
    ):
        return None
    due = next(iter(reverse_cron_string_iterator(time.time(), data.cron_schedule, clock.ZONE))).timestamp()
    return due if due > data.start_timestamp else None


def _newest(instance: dg.DagsterInstance, kind: InstigatorType) -> dict[str, InstigatorState]:
    """The state of each by name. A location that was renamed left one behind: that which ticked last is meant."""
    found: dict[str, InstigatorState] = {}
    for state in sorted(instance.all_instigator_state(instigator_type=kind), key=_ticked):
        found[state.instigator_name] = state
    return found


def _ticked(state: InstigatorState) -> float:
    return getattr(state.instigator_data, "last_tick_timestamp", None) or 0.0


def _last_tick(instance: dg.DagsterInstance, state: InstigatorState) -> InstigatorTick | None:
    """The last tick that ended."""
    ended = [TickStatus.SKIPPED, TickStatus.SUCCESS, TickStatus.FAILURE]
    found = instance.get_ticks(state.instigator_origin_id, state.selector_id, limit=1, statuses=ended)
    return found[0] if found else None


def _stopped(what: str, state: InstigatorState | None) -> Line | None:
    if state is None or state.is_running:
        return None
    return Line(
        what, "somebody stopped it", Level.warning, "SENSOR-STOPPED", "start it again in the UI, under Automation"
    )


def _fails(tick: InstigatorTick, daemon: Worker | None) -> bool:
    """Tell whether a last tick failed, of the daemon that runs now: one that is stopped takes its ticks with it."""
    return tick.status is TickStatus.FAILURE and (daemon is None or tick.timestamp > daemon.since.timestamp())


def _failing(what: str, tick: InstigatorTick, code: str) -> Line:
    level = Level.critical if what == "sensor inbox_sensor" else Level.warning
    said = why([tick.error], "the daemon's log and the UI") if tick.error else "no error is known"
    return Line(what, f"fails: {said}", level, code, "mend what it names; its ticks are in the UI, under Automation")


def _checks(instance: dg.DagsterInstance, keys: Sequence[dg.AssetCheckKey]) -> Iterator[Line]:
    latest = instance.event_log_storage.get_latest_asset_check_execution_by_key(keys)
    ended = {key: _ended(instance, key, latest.get(key)) for key in keys}
    failed = [record for record in ended.values() if record and record.status is CheckStatus.FAILED]
    told = sum(record is not None for record in ended.values())
    yield Line("checks", f"{told - len(failed)} of {told} pass" if told else "none was evaluated yet")
    for record in sorted(failed, key=lambda r: (r.key.asset_key.path, r.key.name)):
        is_error = _severity(record) is dg.AssetCheckSeverity.ERROR
        yield Line(
            f"check {record.key.asset_key.to_user_string()}:{record.key.name}",
            f"failed when it was evaluated last, {moment(_at(record.create_timestamp))}",
            Level.critical if is_error else Level.warning,
            "CHECK-FAILS" if is_error else "CHECK-WARNS",
            "its page in the UI has counts and places",
        )


def _ended(
    instance: dg.DagsterInstance, key: dg.AssetCheckKey, latest: AssetCheckExecutionRecord | None
) -> AssetCheckExecutionRecord | None:
    """The last evaluation that came to an end: one that is planned says nothing yet."""
    if latest is None or latest.status is not CheckStatus.PLANNED:
        return latest
    history = instance.event_log_storage.get_asset_check_execution_history(key, limit=_LOOKED_THROUGH)
    return next((record for record in history if record.status is not CheckStatus.PLANNED), None)


def _severity(record: AssetCheckExecutionRecord) -> dg.AssetCheckSeverity:
    event = record.event.dagster_event if record.event else None
    return event.asset_check_evaluation_data.severity if event else dg.AssetCheckSeverity.ERROR


def _freshness(instance: dg.DagsterInstance, assets: Sequence[dg.AssetKey]) -> Iterator[Line]:
    records = instance.get_freshness_state_records(assets)
    late = {
        k: r.freshness_state
        for k, r in records.items()
        if r.freshness_state in (FreshnessState.WARN, FreshnessState.FAIL)
    }
    if not late:
        yield Line(
            "freshness",
            f"none of {len(records)} assets is older than its policy allows" if records else "not evaluated yet",
        )
        return
    level = Level.critical if FreshnessState.FAIL in late.values() else Level.warning
    shown = ", ".join(sorted(k.to_user_string() for k in late)[:3]) + (", ..." if len(late) > 3 else "")
    found = f"{len(late)} assets are older than their policies allow: {shown}"
    yield Line(
        "freshness", found, level, "ASSET-STALE", "no report came for long: is the inbox the one that units send to?"
    )


def _at(seconds: float) -> datetime:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(seconds, UTC)
