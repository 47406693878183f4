"""A home that the command line has filled, with its Dagster instance: made once, to be copied; and one that is watched.

Does not belong here: running services (tests.orchestration.real).
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from orchestration.definitions import defs
from tests.conftest import Make
from tests.orchestration.real import DANVAN, environment, prepare
from tests.orchestration.watched import Watched
from tests.support import REPO, clean_rows, copy_home, make_home, put, put_register, report_of
from warehouse.home import Home


@pytest.fixture(scope="session")
def filled(once: Make) -> Home:
    """A home with reports of 2023 to 2025, taken by the command line."""

    def fill(folder: Path) -> None:
        home = make_home(folder)
        prepare(home)
        put_register(home.inbox)
        put(home.inbox, *[report_of(104, f"{year}-Y", clean_rows(year)) for year in (2023, 2024, 2025)])
        subprocess.run([DANVAN, "ingest"], cwd=REPO, env=environment(home), check=True, capture_output=True)

    return Home(once("filled", fill))


@pytest.fixture(scope="session")
def quiet(filled: Home, tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, str]:
    """A home whose every check passes, an hour after it was published; and the cursor of `watch`, which has told what it had to."""
    home = copy_home(filled, tmp_path_factory.mktemp("quiet"))
    now = time.time()
    for path in (home.database, home.manifest):  # the time is over in which a part may be missing
        os.utime(path, (now - 3600,) * 2)
    with pytest.MonkeyPatch.context() as setting, dg.DagsterInstance.from_config(str(home.dagster)) as instance:
        setting.setenv("DANVAN_HOME", str(home.root))
        found = Watched(home, instance)
        for key in defs.resolve_asset_graph().asset_check_keys:
            found.evaluate(key, True, dg.AssetCheckSeverity.WARN)
        told = [what for _ in range(2) for what in found.tick()]
        assert told == [f"SENSOR-SILENT sensor {name}" for name in sorted(s.name for s in defs.sensors or ())], (
            "no daemon works on this instance"
        )
    return home, found.cursor


@pytest.fixture
def watched(quiet: tuple[Home, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watched]:
    kept, cursor = quiet
    home = copy_home(kept, tmp_path)
    monkeypatch.setenv("DANVAN_HOME", str(home.root))
    with dg.DagsterInstance.from_config(str(home.dagster)) as instance:
        found = Watched(home, instance)
        found.cursor = cursor
        yield found
