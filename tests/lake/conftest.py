"""One server for all tests beside this, and a home with a lake that has taken a few reports, and the same home with a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from tests.lake.server import Postgres, postgres
from tests.support import clean_rows, make_home, put, put_register, report_of, take_and_answer
from warehouse.home import Home


@dataclass(frozen=True, slots=True)
class Twins:
    """The same files, taken into a lake and into a file; read only."""

    server: Postgres
    lake: Home
    file: Home


@pytest.fixture(scope="session")
def server() -> Iterator[Postgres]:
    with postgres() as found:
        yield found


@pytest.fixture(scope="session")
def twins(server: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Twins:
    folder = tmp_path_factory.mktemp("twins")
    lake, file = server.home(folder / "lake", "twins"), make_home(folder / "file")
    for home in (lake, file):
        for batch in BATCHES:
            batch(home)
            take_and_answer(home)
    return Twins(server, lake, file)


def _first(home: Home) -> None:
    """Reports before their register: they are judged again when it comes."""
    put(home.inbox, *[report_of(unit, "2024-Y", clean_rows(2024)) for unit in (104, 105)])


def _register(home: Home) -> None:
    put_register(home.inbox)


def _corrected(home: Home) -> None:
    rows = clean_rows(2024)
    rows["training"][0]["attendee_count"] = 41
    wrong = clean_rows(2023)
    wrong["training"][0]["attendee_count"] = 2.065
    put(home.inbox, report_of(104, "2024-Y", rows, {"revision": 2}), report_of(106, "2023-Y", wrong))


BATCHES: tuple[Callable[[Home], None], ...] = (_first, _register, _corrected)
