"""A home that the command line has filled, with its Dagster instance: made once, to be copied.

Does not belong here: running services (tests.orchestration.real).
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.conftest import Make
from tests.orchestration.real import DANVAN, environment, prepare
from tests.support import REPO, clean_rows, make_home, put, put_register, report_of
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
