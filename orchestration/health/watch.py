"""The sensor `watch`: each minute it asks what is wrong, tells once what began and once what ceased, and gives the sign of life.

It makes no runs; all it remembers is what it told, in its cursor. Does not belong here: looking (doctor), writing alerts
(orchestration.alerts), failed runs (orchestration.sensors).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import dagster as dg

from assets.health.home import look_at_home
from assets.health.line import UNSEEN, Level, Line, looked
from assets.health.metrics import write_metrics
from orchestration.alerts import raise_begun, raise_cleared
from orchestration.health.doctor import of_running
from orchestration.health.heartbeat import beat
from warehouse import clock
from warehouse.home import current_home

if TYPE_CHECKING:
    from collections.abc import Iterator

    from warehouse.home import Home

#: alerts told in one tick, since each may wait for a deaf webhook and a tick has a minute; the others are told in the next
AT_ONCE = 5
#: what only somebody else can see: while this sensor ticks, a daemon runs
_NOT_OURS = ("DAEMON-DOWN",)


@dg.sensor(
    name="watch",
    minimum_interval_seconds=60,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Each minute: alerts once what began to be wrong, once what ceased; writes metrics, gives the heartbeat. No runs.",
)
def watch(context: dg.SensorEvaluationContext) -> dg.SkipReason:
    """Hold what is wrong now against what was told."""
    home = current_home()
    lines = [
        *looked([("metrics", lambda: _monitor(home))]),
        *of_running(home, context.instance),
        *look_at_home(home),
    ]
    wrong = {line.key: line for line in lines if line.level is not Level.ok and line.code not in _NOT_OURS}
    told: dict[str, str] = json.loads(context.cursor) if context.cursor else {}
    now = clock.instant().isoformat(timespec="seconds")
    begun = [key for key in wrong if key not in told]
    is_blind = any(line.level is Level.unknown for line in wrong.values())  # what could not be looked at has not ceased
    ceased = [key for key in told if key not in wrong and (not is_blind or key.startswith(UNSEEN))]
    for key in begun[:AT_ONCE]:
        said = raise_begun(home, wrong[key], now)
        told[key] = now
        context.log.warning(f"{key}: {wrong[key].found} ({said})")
    for key in ceased[: max(0, AT_ONCE - len(begun))]:
        said = raise_cleared(home, key, told.pop(key))
        context.log.info(f"{key}: well again ({said})")
    if (cursor := json.dumps(told, ensure_ascii=False)) != (context.cursor or "{}"):
        context.update_cursor(cursor)
    codes = ", ".join(sorted({line.code for line in wrong.values()}))
    return dg.SkipReason(f"not well: {codes}" if wrong else "all is well")


def _monitor(home: Home) -> Iterator[Line]:
    write_metrics(home)
    yield beat(home)
