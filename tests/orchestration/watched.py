"""A home that is watched, for the tests of doctor, alerts and figures: what the daemon does to its instance is done to it here.

Does not belong here: the fixtures (conftest), running services (tests.orchestration.real).
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg
from dagster._core.remote_origin import (
    RegisteredCodeLocationOrigin,
    RemoteInstigatorOrigin,
    RemoteRepositoryOrigin,
)
from dagster._core.scheduler.instigation import (
    InstigatorState,
    InstigatorStatus,
    InstigatorType,
    ScheduleInstigatorData,
    SensorInstigatorData,
    TickData,
    TickStatus,
)
from dagster_shared.error import SerializableErrorInfo

from assets.health.metrics import write_metrics
from orchestration.definitions import defs
from orchestration.health.watch import watch
from tests.support import REPO
from warehouse.home import Home


class Watched:
    """A home that is complete, its own instance, the cursor of `watch` over its ticks."""

    def __init__(self, home: Home, instance: dg.DagsterInstance) -> None:
        self.home, self.instance, self.cursor = home, instance, ""

    def tick(self) -> list[str]:
        """Let `watch` tick; return what was told since: code and what."""
        folder = self.home.outbox / "alerts"
        before = set(folder.glob("*")) if folder.exists() else set()
        context = dg.build_sensor_context(instance=self.instance, definitions=defs, cursor=self.cursor)
        assert isinstance(watch(context), dg.SkipReason)
        self.cursor = context.cursor or self.cursor
        after = set(folder.glob("*")) if folder.exists() else set()
        return sorted(f"{a['code']} {a['what']}" for a in (json.loads(p.read_text("utf-8")) for p in after - before))

    def ticked(
        self,
        name: str,
        status: TickStatus,
        state: InstigatorState | None = None,
        data: ScheduleInstigatorData | SensorInstigatorData | None = None,
        at: float | None = None,
    ) -> InstigatorState:
        """Let a sensor or schedule tick as the daemon does; return its state."""
        kind = InstigatorType.SCHEDULE if isinstance(data, ScheduleInstigatorData) else InstigatorType.SENSOR
        if state is None:
            location = RegisteredCodeLocationOrigin("danvan")
            origin = RemoteInstigatorOrigin(RemoteRepositoryOrigin(location, "__repository__"), name)
            given = data or SensorInstigatorData(min_interval=5)
            state = InstigatorState(origin, kind, InstigatorStatus.DECLARED_IN_CODE, given)
            self.instance.add_instigator_state(state)
        error = (
            SerializableErrorInfo("Nguyễn Văn A 0912345678", [], "ValueError") if status is TickStatus.FAILURE else None
        )
        tick = TickData(
            state.instigator_origin_id,
            name,
            state.instigator_type,
            status,
            at or time.time(),
            run_ids=[],
            error=error,
            selector_id=state.selector_id,
        )
        self.instance.create_tick(tick)
        return state

    def evaluate(self, key: dg.AssetCheckKey, passed: bool, severity: dg.AssetCheckSeverity) -> None:
        """Let a check end so, as a run does."""
        told = dg.AssetCheckEvaluation(
            check_name=key.name,
            asset_key=key.asset_key,
            passed=passed,
            severity=severity,
            metadata={},
            description="0912345678",
        )
        self.instance.report_runless_asset_event(told)


@contextmanager
def held(home: Home) -> Iterator[int]:
    """Another process writes."""
    code = (
        "import sys\nfrom pathlib import Path\nfrom warehouse.catalog import writer_lock\nfrom warehouse.home import Home\n"
        "with writer_lock(Home(Path(sys.argv[1]))):\n    print(flush=True)\n    sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(home.root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=REPO
    ) as process:
        assert process.stdin is not None and process.stdout is not None
        process.stdout.readline()
        yield process.pid
        process.stdin.close()


def figures(home: Home) -> dict[str, float]:
    lines = write_metrics(home).read_text("utf-8").splitlines()
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))}
