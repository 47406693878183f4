"""The Dagster instance of a home: one DAGSTER_HOME under DANVAN_HOME, with the settings that danvan relies on.

Does not belong here: definitions or jobs.
"""

from __future__ import annotations

import os
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from warehouse.home import Home


def prepare_dagster_home(home: Home) -> None:
    """Write dagster.yaml where there is none and point DAGSTER_HOME at it; an operator's own file is kept."""
    home.dagster.mkdir(parents=True, exist_ok=True)
    settings = home.dagster / "dagster.yaml"
    if not settings.exists():
        settings.write_text(
            files("orchestration").joinpath("dagster.yaml").read_text(encoding="utf-8"), encoding="utf-8"
        )
    os.environ["DAGSTER_HOME"] = str(home.dagster)
    os.environ["DANVAN_HOME"] = str(home.root)
    os.environ["DAGSTER_DISABLE_TELEMETRY"] = "1"
