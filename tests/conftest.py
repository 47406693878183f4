"""Lanes, and homes that are made once for all tests and workers: the demo by the whole corpus, others by one batch each.

Does not belong here: what single tests need (tests.support).
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from unittest.mock import patch

import duckdb
import pytest

from tests.orchestration.command import danvan
from tests.support import (
    clean_rows,
    copy_home,
    make_home,
    put,
    put_copies,
    put_register,
    report_of,
    second_opinion,
    take,
    take_and_answer,
)
from warehouse.blank import begin
from warehouse.engines.connection import CONFIG
from warehouse.home import Home

SEED = 2013
PASSED = pytest.StashKey[bool]()

Make = Callable[[str, Callable[[Path], object]], Path]
Fresh = Callable[[Path], Home]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests that wait for a daemon first, then one that makes the demo; the others that read it come last.

    So no worker is left alone with a daemon at the end, and none waits for the demo of the other. What needs a home that is made
    once is marked ``batch``.
    """
    for item in items:
        if "once" in getattr(item, "fixturenames", ()):
            item.add_marker("batch")
    of_demo = {item: "demo" in getattr(item, "fixturenames", ()) for item in items}
    first = next((item for item, wanted in of_demo.items() if wanted), None)
    items.sort(key=lambda item: (item.get_closest_marker("daemon") is None, item is not first, of_demo[item]))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Note which tests passed, for ``tmp_path``."""
    report = yield
    item.stash[PASSED] = item.stash.get(PASSED, True) and report.passed
    return report


@pytest.fixture
def tmp_path(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    """A test's own folder, empty when it has passed: a lane makes hundreds of homes, of 25 MB and more each.

    The folder itself stays, so that no other test gets one of its name: what is declared is read once per root.
    """
    yield tmp_path
    if request.node.stash.get(PASSED, False):
        for path in tmp_path.iterdir():
            shutil.rmtree(path, ignore_errors=True) if path.is_dir() and not path.is_symlink() else path.unlink()


@pytest.fixture(scope="session", autouse=True)
def small_batches() -> Iterator[None]:
    """Leave out what pays with many rows: GX's second opinion (``two_opinions`` brings it back), a thread for each core."""
    with second_opinion(wanted=False), patch.dict(CONFIG, threads=1):
        yield


@pytest.fixture
def two_opinions() -> Iterator[None]:
    """GX runs the suites beside the compiled pass in this test, as it does outside the tests."""
    with second_opinion(wanted=True):
        yield


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Make:
    """Return what makes a folder by its name: filled by the first who asks, in whichever worker; the others wait for it."""
    return _maker(tmp_path_factory)


@pytest.fixture(scope="session")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a warehouse that has taken nothing: to be copied, or read."""

    def fill(folder: Path) -> None:
        begin(make_home(folder))

    return Home(_maker(tmp_path_factory)("blank", fill)).build


@pytest.fixture(scope="module")
def bare(blank: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to a module's own copy of it, to write to."""
    copy = shutil.copy(blank, tmp_path_factory.mktemp("bare"))
    with duckdb.connect(str(copy)) as con:
        yield con


def _maker(tmp_path_factory: pytest.TempPathFactory) -> Make:
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base

    def make(name: str, fill: Callable[[Path], object]) -> Path:
        folder, done = shared / name, shared / f"{name}.done"
        with (shared / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            made_by = fill.__code__.co_filename
            if not done.exists():
                shutil.rmtree(folder, ignore_errors=True)  # of one who failed
                folder.mkdir()
                fill(folder)
                done.write_text(made_by)
            assert done.read_text() == made_by, f"two modules make a folder {name!r}: give one another name"
        return folder

    return make


@pytest.fixture(scope="session")
def corpus(once: Make) -> Path:
    """The sample corpus on disk, written by the command where no umask forbids anything (test_private_home)."""

    def fill(folder: Path) -> None:
        before = os.umask(0)
        try:
            done = danvan(None, "sample", "--out", str(folder / "files"), "--seed", str(SEED))
        finally:
            os.umask(before)
        assert done.returncode == 0, done.stderr

    return once("corpus", fill) / "files"


@pytest.fixture(scope="session")
def demo(once: Make, corpus: Path) -> Home:
    """The published warehouse of the sample corpus. Read only: a test that writes makes its own home."""

    def fill(folder: Path) -> None:
        home = make_home(folder)
        put_copies(home, corpus)
        with second_opinion(wanted=True):
            take_and_answer(home)

    return Home(once("demo", fill))


@pytest.fixture(scope="session")
def registered(once: Make) -> Home:
    """A home that has taken the register and nothing else, with every suite compiled; to be copied, not written."""

    def fill(folder: Path) -> None:
        home = make_home(folder)
        put_register(home.inbox)
        take_and_answer(home)
        other = copy_home(home, folder / "other")
        put(other.inbox, report_of(104, "2024-Y", clean_rows(2024)))
        take(other)
        shutil.copytree(other.cache, home.cache, dirs_exist_ok=True)
        shutil.rmtree(folder / "other")

    return Home(once("registered", fill))


@pytest.fixture(scope="session")
def fresh(registered: Home) -> Fresh:
    """Return what makes a home that has taken nothing, with every suite compiled: that takes three batches' time."""

    def make(root: Path) -> Home:
        home = make_home(root)
        shutil.copytree(registered.cache, home.cache, dirs_exist_ok=True)
        return home

    return make


@pytest.fixture
def empty(tmp_path: Path, fresh: Fresh) -> Home:
    """A fresh home that has taken nothing, with every suite compiled."""
    return fresh(tmp_path / "home")


@pytest.fixture
def home(tmp_path: Path, registered: Home) -> Home:
    """A fresh home with the register taken."""
    return copy_home(registered, tmp_path)
