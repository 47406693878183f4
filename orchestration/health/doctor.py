"""Everything that is looked at, in one list: for the command, and for the sensor that tells.

Does not belong here: the looks themselves (assets.health.home, orchestration.health.instance), showing them (orchestration.cli).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assets.health.home import look_at_home
from assets.health.line import Level, Line, looked

if TYPE_CHECKING:
    from collections.abc import Iterator

    import dagster as dg

    from warehouse.home import Home


def examine(home: Home) -> list[Line]:
    """Look at a home and at its instance, where there is one. Raises nothing and waits for nobody."""
    of_home = look_at_home(home)
    if any(line.code == "HOME-NONE" for line in of_home):
        return of_home
    return [*looked([("Dagster instance", lambda: _of_instance(home))]), *of_home]


def _of_instance(home: Home) -> Iterator[Line]:
    from orchestration.health.instance import existing_instance, no_instance

    with existing_instance(home) as instance:
        if instance is None:
            yield from no_instance(home)
            yield Line(
                "Dagster instance", "there is none yet", Level.warning, "INSTANCE-NONE", "danvan daemon makes it"
            )
        else:
            yield from of_running(home, instance)


def of_running(home: Home, instance: dg.DagsterInstance) -> list[Line]:
    """Return what the instance knows of all that is defined."""
    from orchestration.definitions import defs
    from orchestration.health.instance import Defined, look_at_instance

    graph = defs.resolve_asset_graph()
    fresh = [key for key in graph.get_all_asset_keys() if graph.get(key).freshness_policy]
    sensors, schedules = ([one.name for one in found or ()] for found in (defs.sensors, defs.schedules))
    return look_at_instance(home, instance, Defined(sensors, schedules, sorted(graph.asset_check_keys, key=str), fresh))
