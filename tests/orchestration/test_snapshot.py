"""A snapshot of everything that Dagster loads, so that a rename or a lost check shows in a diff.

Made anew with: DANVAN_SNAPSHOT=write .venv/bin/pytest -n0 tests/orchestration/test_snapshot.py
"""

from __future__ import annotations

import os
from pathlib import Path

import yaml

from orchestration.definitions import defs

SNAPSHOT = Path(__file__).parent / "definitions.yaml"


def _now() -> dict[str, object]:
    graph = defs.resolve_asset_graph()
    assets = {}
    for key in sorted(graph.get_all_asset_keys(), key=lambda k: k.to_user_string()):
        node = graph.get(key)
        assets[key.to_user_string()] = {
            "group": node.group_name, "kinds": sorted(node.kinds), "owners": list(node.owners),
            "partitions": str(node.partitions_def) if node.partitions_def else None, "pools": sorted(node.pools or ()),
            "automation": node.automation_condition.get_label() if node.automation_condition else None,
            "freshness": type(node.freshness_policy).__name__ if node.freshness_policy else None,
            "deps": sorted(k.to_user_string() for k in node.parent_keys),
        }  # fmt: skip
    jobs = {
        name: sorted(n.name for n in defs.resolve_job_def(name).nodes)
        for name in ("ingest", "close_year", "reopen_year", "remind", "tidy")
    }
    return {
        "assets": assets,
        "checks": {
            f"{k.asset_key.to_user_string()}:{k.name}": "blocking" if graph.get_check_spec(k).blocking else "warning"
            for k in graph.asset_check_keys
        },
        "jobs": jobs,
        "schedules": {s.name: [s.cron_schedule, s.execution_timezone] for s in defs.schedules or ()},  # type: ignore[union-attr]
        "sensors": {s.name: s.minimum_interval_seconds for s in defs.sensors or ()},
    }


def test_the_definitions_are_those_of_the_snapshot() -> None:
    now = yaml.safe_dump(_now(), allow_unicode=True, sort_keys=True)
    if os.environ.get("DANVAN_SNAPSHOT") == "write":
        SNAPSHOT.write_text(now, encoding="utf-8")
    assert now == SNAPSHOT.read_text(encoding="utf-8")
