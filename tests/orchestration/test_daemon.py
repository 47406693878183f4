"""One real daemon and web server: a late report is followed for its year, the UI backfills a range in one run; then files are
dropped in odd ways while the run, the code server and the daemon are killed by pid: none is lost, none is taken twice.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import threading
import time
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
import psutil
import pytest

from assets.sample.register import units_on
from orchestration.definitions import defs
from orchestration.launcher import PROCESS
from tests.orchestration.real import BUSY, DANVAN, daemon, environment, kill_all, wait_until, web_server
from tests.support import HANGS, REPO, clean_rows, copy_home, put, query, report_of
from warehouse.home import Home

pytestmark = [pytest.mark.daemon, pytest.mark.xdist_group("daemon")]

SECONDS = 30
REPORT = dg.AssetKey(["published", "yearly_report"])
BACKFILL = """
mutation($p: LaunchBackfillParams!) { launchPartitionBackfill(backfillParams: $p) {
  __typename ... on LaunchBackfillSuccess { backfillId } ... on PythonError { message } } }
"""


def _by_rename(source: Path, inbox: Path, n: int) -> None:
    part = inbox / f"{n}.xlsx.part"
    shutil.copy(source, part)
    part.rename(inbox / f"renamed {n}.xlsx")


def _slowly(source: Path, inbox: Path, n: int) -> None:
    content = source.read_bytes()
    with (inbox / f"slow {n}.xlsx").open("wb") as out:
        for start in range(0, len(content), len(content) // 4):
            out.write(content[start : start + len(content) // 4])
            out.flush()
            time.sleep(0.4)


def _decomposed(source: Path, inbox: Path, n: int) -> None:
    shutil.copy(source, inbox / unicodedata.normalize("NFD", f"báo cáo số {n}.xlsx"))


def _in_a_folder(source: Path, inbox: Path, n: int) -> None:
    folder = inbox / f"đợt {n % 3}"
    folder.mkdir(exist_ok=True)
    shutil.copy(source, folder / f"{n}.xlsx")


def _same_name_again(source: Path, inbox: Path, n: int) -> None:
    """One name for all; overwritten as soon as its content is published, be it still in the inbox or not."""
    home, place = Home(inbox.parent), inbox / "always the same.xlsx"
    known = "SELECT count(*) FROM intake.event WHERE event = 'received' AND file_name = ?"
    sent = n // 5
    while sent and query(home, known, [place.name])[0][0] < sent:
        time.sleep(0.1)
    shutil.copy(source, place)


def _drop(files: Sequence[Path], inbox: Path, gone: threading.Event) -> None:
    """Drop the files, each in its way, over half a minute at least; some again under another name."""
    ways = (_same_name_again, _by_rename, _slowly, _decomposed, _in_a_folder)
    for n, source in enumerate(files):
        if gone.wait(SECONDS / len(files)):
            return
        ways[n % len(ways)](source, inbox, n)
        if n % 7 == 3:
            shutil.copy(source, inbox / f"twin of {n}.xlsx")


def _at_work(instance: dg.DagsterInstance) -> list[tuple[str, int]]:
    """Return run and process id of the runs at work."""
    started = instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED]))
    return [(run.run_id, int(run.tags[PROCESS].split(":")[1])) for run in started if PROCESS in run.tags]


def _kill_a_run(instance: dg.DagsterInstance, home: Home) -> str:
    """kill -9 the process of a run at work; return the run."""
    found: list[str] = []

    def killed() -> bool:
        for run_id, pid in _at_work(instance):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
                found.append(run_id)
        return bool(found)

    wait_until(killed, home, "a run is at work")
    return found[0]


def _kill_the_code_server(home: Home) -> None:
    killed = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.environ().get("DAGSTER_HOME") == str(home.dagster) and "grpc" in process.cmdline():
                process.kill()
                killed.append(process.pid)
    assert killed, "there is a code server to kill"


@dataclass(frozen=True, slots=True)
class Place:
    """A home with a daemon at work on it, its instance, and what asks the UI's server."""

    home: Home
    instance: dg.DagsterInstance
    pid: int
    ask: Callable[[str, dict[str, Any]], dict[str, Any]]


@pytest.fixture(scope="module")
def place(filled: Home, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    home = copy_home(filled, tmp_path_factory.mktemp("daemon"))
    home.settings.write_text(
        'papers.forms = ["html"]\n', encoding="utf-8"
    )  # all take ten times as long, after every batch
    with (
        dg.DagsterInstance.from_config(str(home.dagster)) as instance,
        daemon(home) as process,
        web_server(home) as ask,
    ):
        yield Place(home, instance, process.pid, ask)


def test_a_late_report_is_followed_for_its_year_and_the_ui_backfills_a_range_in_one_run(place: Place) -> None:
    home, instance = place.home, place.instance
    years = {"2023", "2024", "2025"}
    wait_until(lambda: _partitions(instance, REPORT) >= years, home, "the papers of the years from before the daemon")
    assert _partitions(instance, REPORT) == years
    wait_until(lambda: _followed(instance) == 1, home, "the sensor has seen that they are written")
    _a_second_daemon_is_refused(home, place.pid)
    put(home.inbox, report_of(105, "2022-Y", clean_rows(2022)))
    wait_until(lambda: "2022" in _partitions(instance, REPORT), home, "the yearly report follows")
    written = [
        r.asset_materialization.partition
        for r in instance.fetch_materializations(REPORT, limit=100).records
        if r.asset_materialization
    ]
    assert years == {y for y in written if y and written.count(y) == 1} - {"2022"}, "exactly the year that changed"
    before = _release(home)
    _backfill(place.ask, home)
    wait_until(lambda: _release(home)[1] > before[1], home, "the release follows the backfilled marts")
    assert _release(home)[0] == _release(home)[1]
    marts = [r for r in instance.get_runs() if dg.AssetKey(["mart", "completeness"]) in (r.asset_selection or ())]
    assert len(marts) == 1, "three years, one run"
    assert marts[0].tags["dagster/asset_partition_range_start"] == "2023"
    assert marts[0].tags["dagster/asset_partition_range_end"] == "2025"


def _partitions(instance: dg.DagsterInstance, key: dg.AssetKey) -> set[str]:
    return set(instance.get_materialized_partitions(key))


def _followed(instance: dg.DagsterInstance) -> int:
    """The release up to which the sensor `follow` has followed changes."""
    data = next(s.instigator_data for s in instance.all_instigator_state() if s.instigator_name == "follow")
    cursor = getattr(data, "cursor", None)
    return int(json.loads(cursor)["release_no"]) if cursor else 0


def _release(home: Home) -> tuple[int, int]:
    """The release of the published database and of the manifest."""
    ((number,),) = query(home, "SELECT max(release_no) FROM meta.release")
    return number, json.loads(home.manifest.read_text())["release_no"]


def _a_second_daemon_is_refused(home: Home, pid: int) -> None:
    for command in ("daemon", "dev"):
        second = subprocess.run(
            [DANVAN, command],
            cwd=REPO,
            env=environment(home),
            capture_output=True,
            text=True,
            timeout=HANGS,
            check=False,
        )
        assert second.returncode == 1
        assert f"a daemon (pid {pid}) works on {home.root} already" in second.stderr


def _backfill(ask: Callable[[str, dict[str, Any]], dict[str, Any]], home: Home) -> None:
    marts = [k for k in defs.resolve_asset_graph().get_all_asset_keys() if k.path[0] == "mart"]
    parameters = {"assetSelection": [{"path": k.path} for k in marts], "partitionNames": ["2023", "2024", "2025"]}
    launched = ask(BACKFILL, {"p": parameters})["launchPartitionBackfill"]
    assert launched["__typename"] == "LaunchBackfillSuccess", launched
    query_status = (
        "query($id: String!) { partitionBackfillOrError(backfillId: $id) { ... on PartitionBackfill { status } } }"
    )
    ended = ("COMPLETED", "COMPLETED_SUCCESS", "COMPLETED_FAILED", "FAILED", "CANCELED")

    def status() -> str:
        return str(ask(query_status, {"id": launched["backfillId"]})["partitionBackfillOrError"]["status"])

    wait_until(lambda: status() in ended, home, "the backfill ends")
    assert status() in ("COMPLETED", "COMPLETED_SUCCESS")


def test_no_file_is_left_behind_and_none_is_taken_twice(place: Place, tmp_path: Path) -> None:
    """Last on this home: its daemon is killed, and others take its place."""
    home, instance = place.home, place.instance
    known = Counts.of(home)
    units = [s.unit_id for s in units_on(date(2025, 12, 31)) if s.unit_id > 105 and s.level_code == "co_so"][:7]
    files = put(tmp_path / "stock", *[report_of(u, f"{y}-Y", clean_rows(y)) for u in units for y in (2023, 2024, 2025)])
    with _sender(files, home.inbox) as sender:
        first = _kill_a_run(instance, home)
        wait_until(lambda: _is_reaped(instance, first), home, "the killed run is reaped")
        _kill_the_code_server(home)
        _kill_a_run(instance, home)
        kill_all(home)
        wait_until(lambda: bool(_files(home.inbox)), home, "a file arrives while nobody watches")
        with daemon(home):
            wait_until(lambda: bool(_at_work(instance)), home, "a run is at work when its daemon is killed")
        with daemon(home):
            wait_until(lambda: not sender.is_alive(), home, "all files are sent")
            wait_until(lambda: not _files(home.inbox), home, "the inbox is empty")
            wait_until(lambda: not instance.get_runs(BUSY, limit=1), home, "no run is left waiting or started")
    assert (home.outbox / "alerts" / f"{first}.json").exists()
    twins = len(range(3, len(files), 7))
    found = Counts.of(home)
    assert found.submissions == found.different == known.submissions + len(files), (
        "every file once, none as half a copy"
    )
    assert (found.rejected, found.in_core) == (0, known.in_core + len(files))
    assert found.received == known.received + len(files) + twins, "each arrival once in the ledger"
    assert found.duplicates == known.duplicates + twins
    composed = "SELECT count(*) FROM intake.event WHERE event = 'received' AND file_name LIKE 'báo cáo số %'"
    assert query(home, composed) == [(len(range(3, len(files), 5)),)]


@contextmanager
def _sender(files: Sequence[Path], inbox: Path) -> Iterator[threading.Thread]:
    gone = threading.Event()
    thread = threading.Thread(target=_drop, args=(files, inbox, gone), daemon=True)
    thread.start()
    try:
        yield thread
    finally:
        gone.set()


def _files(inbox: Path) -> list[Path]:
    return [p for p in inbox.rglob("*") if p.is_file()]


def _is_reaped(instance: dg.DagsterInstance, run_id: str) -> bool:
    run = instance.get_run_by_id(run_id)
    return run is not None and run.status is dg.DagsterRunStatus.FAILURE


@dataclass(frozen=True, slots=True)
class Counts:
    """What the ledger and core hold."""

    submissions: int
    different: int
    rejected: int
    in_core: int
    received: int
    duplicates: int

    @classmethod
    def of(cls, home: Home) -> Counts:
        """Count in the published file."""
        sql = (
            "SELECT count(*), count(DISTINCT submission_id), count(*) FILTER (verdict = 'rejected'), "
            "(SELECT count(DISTINCT submission_id) FROM core.fact_training), "
            "(SELECT count(*) FROM intake.event WHERE event = 'received'), "
            "(SELECT count(*) FROM intake.event WHERE event = 'duplicate') FROM intake.submission"
        )
        return cls(*query(home, sql)[0])
