"""The sensor `watch` tells each defect once when it begins and once when it clears; the defects are planted in one home."""

from __future__ import annotations

import os
import shutil
import time
from collections import namedtuple
from datetime import timedelta
from typing import Any

import dagster as dg
import pytest
from dagster._core.definitions.freshness import FreshnessState, FreshnessStateRecord, FreshnessStateRecordBody
from dagster._core.scheduler.instigation import (
    InstigatorStatus,
    ScheduleInstigatorData,
    TickStatus,
)

from assets.health import home as of_home
from assets.health.line import Level
from orchestration.definitions import defs
from orchestration.health.watch import AT_ONCE
from tests.orchestration.watched import Watched, held
from warehouse import clock

CHECK = dg.AssetCheckKey(dg.AssetKey(["mart", "completeness"]), "completeness")
BLOCKING = dg.AssetCheckKey(dg.AssetKey(["published", "danvan"]), "equals_core")
Room = namedtuple("Room", "total used free")


def test_a_sensor_that_raises_is_told_once_and_clears_without_its_words(watched: Watched) -> None:
    state = watched.ticked("inbox_sensor", TickStatus.SUCCESS)
    assert watched.tick() == ["SENSOR-SILENT sensor inbox_sensor-cleared"]
    watched.ticked("inbox_sensor", TickStatus.FAILURE, state)
    assert watched.tick() == ["SENSOR-FAILS sensor inbox_sensor"]
    watched.ticked("inbox_sensor", TickStatus.FAILURE, state)
    assert watched.tick() == []
    told = "".join(p.read_text("utf-8") for p in (watched.home.outbox / "alerts").iterdir())
    assert "0912345678" not in told and "ValueError; its text is in the daemon's log" in told
    watched.ticked("inbox_sensor", TickStatus.STARTED, state)
    assert watched.tick() == [], "one that is at work says nothing"
    watched.ticked("inbox_sensor", TickStatus.SKIPPED, state)
    assert watched.tick() == ["SENSOR-FAILS sensor inbox_sensor-cleared"]
    watched.instance.update_instigator_state(state.with_status(InstigatorStatus.STOPPED))
    assert watched.tick() == ["SENSOR-STOPPED sensor inbox_sensor"]


def test_a_schedule_that_misses_its_time_is_told_and_clears_when_it_catches_up(watched: Watched) -> None:
    started = time.time() - 3 * 86400
    data = ScheduleInstigatorData("0 7 * * *", started)
    state = watched.ticked("daily_reminders", TickStatus.SUCCESS, data=data, at=started + 60)
    assert watched.tick() == ["SCHEDULE-MISSED schedule daily_reminders"]
    assert watched.tick() == []
    watched.ticked("daily_reminders", TickStatus.SUCCESS, state)
    assert watched.tick() == ["SCHEDULE-MISSED schedule daily_reminders-cleared"]


def test_a_lock_that_is_held_too_long_is_told_once_and_clears(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    with held(watched.home):
        assert watched.tick() == []
        later = clock.instant() + timedelta(minutes=31)
        monkeypatch.setattr(clock, "instant", lambda: later)
        assert watched.tick() == ["HOME-LOCK-LONG writer lock"]
        assert watched.tick() == []
    assert watched.tick() == ["HOME-LOCK-LONG writer lock-cleared"]
    assert watched.tick() == []


def test_a_full_disk_is_told_once_and_clears(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    free = 100 << 20
    real = shutil.disk_usage
    monkeypatch.setattr("warehouse.room.shutil.disk_usage", lambda _: Room(1 << 40, 0, free))
    (told,) = [x for x in watched.tick() if str(watched.home.root) in x]
    assert told.startswith("HOME-DISK-LOW disk of ")
    lows = [x for x in of_home.look_at_home(watched.home) if x.code == "HOME-DISK-LOW"]
    assert {x.level for x in lows} == {Level.critical} and "100.0 MB free" in lows[0].found
    assert watched.tick() == []
    monkeypatch.setattr("warehouse.room.shutil.disk_usage", real)
    assert f"{told}-cleared" in watched.tick()


def test_a_damaged_manifest_and_a_build_that_is_ahead_are_told_once_and_clear(watched: Watched) -> None:
    home = watched.home
    kept = home.manifest.read_bytes()
    home.manifest.write_bytes(b"{")
    os.utime(home.manifest, (time.time() - 3600,) * 2)
    assert watched.tick() == ["HOME-MANIFEST-DIFFERS release"]
    assert watched.tick() == []
    home.manifest.write_bytes(kept)
    os.utime(home.manifest, (time.time() - 3600,) * 2)
    assert watched.tick() == ["HOME-MANIFEST-DIFFERS release-cleared"]
    wal = home.build.with_name(f"{home.build.name}.wal")
    wal.write_bytes(b"")
    assert watched.tick() == ["HOME-PUBLISHED-BEHIND release"]
    wal.unlink()
    assert watched.tick() == ["HOME-PUBLISHED-BEHIND release-cleared"]


def test_a_check_that_fails_is_told_once_and_clears_without_its_words(watched: Watched) -> None:
    warns, errs = dg.AssetCheckSeverity.WARN, dg.AssetCheckSeverity.ERROR
    watched.evaluate(CHECK, True, warns)
    assert watched.tick() == []
    watched.evaluate(CHECK, False, warns)
    watched.evaluate(BLOCKING, False, errs)
    assert watched.tick() == [
        "CHECK-FAILS check published/danvan:equals_core",
        "CHECK-WARNS check mart/completeness:completeness",
    ]
    watched.evaluate(CHECK, False, warns)
    assert watched.tick() == []
    told = "".join(p.read_text("utf-8") for p in (watched.home.outbox / "alerts").iterdir())
    assert "0912345678" not in told and '"level": "critical"' in told and '"level": "warning"' in told
    watched.evaluate(CHECK, True, warns)
    watched.evaluate(BLOCKING, True, errs)
    cleared = watched.tick()
    assert cleared == [
        "CHECK-FAILS check published/danvan:equals_core-cleared",
        "CHECK-WARNS check mart/completeness:completeness-cleared",
    ]
    assert len(watched.instance.get_runs()) == 1, "that which filled the home"


def test_stale_assets_are_told_once_as_one(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    def records(state: FreshnessState) -> Any:
        def of(keys: list[dg.AssetKey]) -> dict[dg.AssetKey, FreshnessStateRecord]:
            body = FreshnessStateRecordBody(metadata=None)
            return {
                k: FreshnessStateRecord(
                    entity_key=k, freshness_state=state, updated_at=clock.instant(), record_body=body
                )
                for k in keys
            }

        return of

    monkeypatch.setattr(watched.instance, "get_freshness_state_records", records(FreshnessState.WARN))
    assert watched.tick() == ["ASSET-STALE freshness"]
    assert watched.tick() == []
    monkeypatch.setattr(watched.instance, "get_freshness_state_records", records(FreshnessState.PASS))
    assert watched.tick() == ["ASSET-STALE freshness-cleared"]


def test_of_many_things_a_tick_tells_some_and_the_next_the_others(watched: Watched) -> None:
    names = [k for k in sorted(defs.resolve_asset_graph().asset_check_keys, key=str) if k.name.startswith("gx_")][
        : AT_ONCE + 2
    ]
    for key in names:
        watched.evaluate(key, False, dg.AssetCheckSeverity.WARN)
    first, second = watched.tick(), watched.tick()
    assert (len(first), len(second)) == (AT_ONCE, 2) and not set(first) & set(second)
    assert watched.tick() == []
