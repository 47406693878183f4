"""One demo warehouse for all tests that only read: made once, by the real job, whichever worker comes first."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

import pytest

from assets.sample import write_sample
from tests.support import copy_home, make_home, put_register, take
from warehouse.home import Home

SEED = 2013


#: these wait for a real daemon for minutes: they come first, so that no worker is left alone with them at the end
_FIRST = ("test_daemon", "test_years")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the modules that wait first, and leave the others in their order."""
    items.sort(key=lambda item: item.path.stem not in _FIRST)


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of this run see."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base


@pytest.fixture(scope="session")
def corpus(shared_folder: Path) -> Path:
    """The sample corpus on disk."""
    folder = shared_folder / "corpus"
    with (shared_folder / "corpus.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "done").exists():
            write_sample(folder, SEED)
            (folder / "done").mkdir()
    return folder


@pytest.fixture(scope="session")
def demo(shared_folder: Path, corpus: Path) -> Home:
    """The published warehouse of the sample corpus. Read only: a test that writes makes its own home."""
    home = Home(shared_folder / "demo")
    with (shared_folder / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (home.root / "done").exists():
            home.create()
            take(home, corpus)
            (home.root / "done").touch()
    return home


@pytest.fixture(scope="session")
def registered(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home that has taken the register and nothing else; to be copied, not written."""
    home = make_home(tmp_path_factory.mktemp("registered"))
    put_register(home.inbox)
    take(home)
    return home


@pytest.fixture
def home(tmp_path: Path, registered: Home) -> Home:
    """A fresh home with the register taken."""
    return copy_home(registered, tmp_path)
