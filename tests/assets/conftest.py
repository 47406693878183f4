"""Homes that more than one module of these tests reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from assets.ingest import close_year, release
from tests.conftest import Make
from tests.support import clean_rows, copy_home, one_submission, put, report_of, take, take_and_answer
from warehouse.home import Home


@pytest.fixture(scope="module")
def rejected(registered: Home, once: Make) -> tuple[Home, str]:
    """A report with an error and a warning that was sent back; the home, read only, and the submission."""

    def fill(folder: Path) -> None:
        home = copy_home(registered, folder)
        rows = clean_rows(2024)
        rows["training"][0]["attendee_count"] = 2.065
        rows["organisation"][0]["person_role_code"] = None
        put(home.inbox, report_of(104, "2024-Y", rows))
        take_and_answer(home)

    home = Home(once("rejected", fill) / "home")
    return home, one_submission(home)


@pytest.fixture(scope="session")
def closed_once(registered: Home, once: Make) -> Home:
    """2024 with one report, closed; to be copied. Releases: the register, the report, the closing."""

    def fill(folder: Path) -> None:
        home = copy_home(registered, folder)
        put(home.inbox, report_of(104, "2024-Y", clean_rows(2024)))
        take(home)
        close_year(home, 2024)
        release(home)

    return Home(once("closed", fill) / "home")
