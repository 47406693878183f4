"""Whatever umask danvan is started under, by whichever entrance: nothing of its home is open to others.

Does not belong here: what the files hold.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from assets.verify import verify
from tests.orchestration.command import danvan
from tests.orchestration.real import daemon, wait_until, web_server
from tests.support import clean_rows, copy_home, put, put_register, report_of
from warehouse.home import Home

LAUNCH = """
mutation($p: ExecutionParams!) { launchRun(executionParams: $p) {
  __typename ... on LaunchRunSuccess { run { runId } } ... on PythonError { message } } }
"""
REMIND = {"repositoryLocationName": "danvan", "repositoryName": "__repository__", "jobName": "remind"}
#: written by the tests themselves
LOGS = ("daemon.log", "web.log")


@pytest.fixture
def no_umask() -> Iterator[None]:
    """This process, and what it starts, may let others do anything."""
    before = os.umask(0)
    yield
    os.umask(before)


def _modes(root: Path) -> dict[str, str]:
    """Return what is neither 0750 nor narrower, 0640 for files, by its path."""
    found = {}
    for path in (root, *root.rglob("*")):
        status = path.lstat()
        allowed = 0o750 if stat.S_ISDIR(status.st_mode) else 0o640
        if path.name not in LOGS and not stat.S_ISLNK(status.st_mode) and stat.S_IMODE(status.st_mode) & ~allowed:
            found[str(path.relative_to(root))] = oct(stat.S_IMODE(status.st_mode))
    return found


@pytest.mark.slow
@pytest.mark.daemon
@pytest.mark.xdist_group("daemon")
def test_no_entrance_leaves_a_file_that_others_may_read(no_umask: None, tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    done = danvan(home.root, "init")
    assert done.returncode == 0, done.stderr
    put_register(tmp_path / "sent")
    wrong = clean_rows(2024)
    wrong["training"][0]["attendee_count"] = "nhiều"
    put(tmp_path / "sent", report_of(104, "2024-Y", clean_rows(2024)), report_of(105, "2024-Y", wrong))
    assert danvan(home.root, "ingest", str(tmp_path / "sent")).returncode == 3
    assert danvan(home.root, "report", "2024").returncode == 0
    with dg.DagsterInstance.from_config(str(home.dagster)) as instance, daemon(home), web_server(home) as ask:
        launched = ask(LAUNCH, {"p": {"selector": REMIND, "runConfigData": {}}})["launchRun"]
        assert launched["__typename"] == "LaunchRunSuccess", launched
        run_id = launched["run"]["runId"]
        wait_until(lambda: _ended(instance, run_id), home, "the run is over")
        run = instance.get_run_by_id(run_id)
        assert run is not None and run.is_success
    for place in (*home.places, home.outbox / "reminders", home.reports):
        assert place == home.inbox or any(place.iterdir()), f"{place} is filled, and looked at"
    assert list(home.receipts.glob("*.xlsx"))
    assert _modes(home.root) == {}


def _ended(instance: dg.DagsterInstance, run_id: str) -> bool:
    run = instance.get_run_by_id(run_id)
    return run is not None and run.is_finished


def test_the_sample_is_written_for_its_owner_whatever_the_umask(corpus: Path) -> None:
    assert len(list(corpus.rglob("*.*"))) > 1000
    assert _modes(corpus) == {}


def test_a_home_that_was_left_open_is_told_and_closed_at_the_next_start(registered: Home, tmp_path: Path) -> None:
    home = copy_home(registered, tmp_path)
    for path in home.root.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    (tmp_path / "elsewhere").touch()
    (tmp_path / "elsewhere").chmod(0o644)  # whatever the umask of whoever runs the tests
    (home.receipts / "link").symlink_to(tmp_path / "elsewhere")
    sent = home.inbox / "a.xlsx"
    sent.touch()
    sent.chmod(0o644)
    assert {d.code for d in verify(home).differences} == {"HOME-OPEN"}
    assert [d.place for d in verify(home).differences] == [str(place) for place in home.places]
    home.create()
    assert verify(home).differences == []
    ours = [p for p in home.root.rglob("*") if home.inbox not in p.parents and not p.is_symlink()]
    assert [p for p in ours if p.stat().st_mode & 0o004] == []
    assert (tmp_path / "elsewhere").stat().st_mode & 0o777 == 0o644, "what a link points at is not the home's"
    assert sent.stat().st_mode & 0o777 == 0o644, "a file in the inbox is its sender's"


def test_the_rights_of_an_inbox_that_senders_may_write_stay(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.create()
    home.inbox.chmod(0o1733)
    assert home.open_to_others() == []
    home.create()
    assert home.inbox.stat().st_mode & 0o7777 == 0o1733
