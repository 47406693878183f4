"""A minute of files dropped in odd ways, while the run, the code server and the daemon are killed by pid: none lost, none twice."""

from __future__ import annotations

import os
import shutil
import signal
import threading
import time
import unicodedata
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import dagster as dg
import psutil

from orchestration.launcher import PROCESS
from tests.orchestration.real import daemon, prepare, wait_until
from tests.support import clean_rows, make_home, put, put_register, query, report_of
from warehouse.home import Home

SECONDS = 60
BUSY = dg.RunsFilter(statuses=[dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED])


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
            time.sleep(0.8)


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
    while sent and (not home.database.exists() or query(home, known, [place.name])[0][0] < sent):
        time.sleep(0.1)
    shutil.copy(source, place)


def _drop(files: Sequence[Path], inbox: Path) -> None:
    """Drop the files over a minute, each in its way; some again under another name."""
    ways = (_same_name_again, _by_rename, _slowly, _decomposed, _in_a_folder)
    begin = time.monotonic()
    for n, source in enumerate(files):
        time.sleep(max(0.0, begin + n * SECONDS / len(files) - time.monotonic()))
        ways[n % len(ways)](source, inbox, n)
        if n % 7 == 3:
            shutil.copy(source, inbox / f"twin of {n}.xlsx")


def _kill_a_run(instance: dg.DagsterInstance, home: Home) -> str:
    """kill -9 the process of a run at work; return the run."""
    found: list[str] = []

    def killed() -> bool:
        for run in instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED])):
            if PROCESS in run.tags:
                with suppress(ProcessLookupError):
                    os.kill(int(run.tags[PROCESS].split(":")[1]), signal.SIGKILL)
                    found.append(run.run_id)
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


def test_no_file_is_left_behind_and_none_is_taken_twice(tmp_path: Path) -> None:
    home = make_home(tmp_path / "home")
    prepare(home)
    put_register(home.inbox)
    reports = [report_of(u, f"{year}-Y", clean_rows(year)) for u in range(104, 114) for year in (2023, 2024, 2025)]
    files = put(tmp_path / "stock", *reports)
    sender = threading.Thread(target=_drop, args=(files, home.inbox), daemon=True)
    with dg.DagsterInstance.from_config(str(home.dagster)) as instance:
        sender.start()
        with daemon(home):
            first = _kill_a_run(instance, home)
            time.sleep(8)
            _kill_the_code_server(home)
            time.sleep(8)
            _kill_a_run(instance, home)
        time.sleep(3)  # nobody watches
        with daemon(home):
            time.sleep(12)
        with daemon(home):
            sender.join(timeout=120)
            assert not sender.is_alive()
            wait_until(lambda: not [p for p in home.inbox.rglob("*") if p.is_file()], home, "the inbox is empty")
            wait_until(lambda: not instance.get_runs(BUSY, limit=1), home, "no run is left waiting or started")
        killed = instance.get_run_by_id(first)
        assert killed is not None and killed.status is dg.DagsterRunStatus.FAILURE, "reaped"
    assert (home.outbox / "alerts" / f"{first}.json").exists()
    _count(home, len(files), twins=len([n for n in range(len(files)) if n % 7 == 3]))


def _count(home: Home, files: int, twins: int) -> None:
    submissions = (
        "SELECT count(*), count(DISTINCT submission_id), count(*) FILTER (verdict = 'rejected') FROM intake.submission"
    )
    assert query(home, submissions) == [(files + 1, files + 1, 0)], "every file once, none as half a copy"
    assert query(home, "SELECT count(DISTINCT submission_id) FROM core.fact_training") == [(files,)]
    events = dict(query(home, "SELECT event, count(*) FROM intake.event GROUP BY 1"))
    assert (events["received"], events["duplicate"]) == (files + 1 + twins, twins), "each arrival once in the ledger"
    composed = query(
        home, "SELECT count(*) FROM intake.event WHERE event = 'received' AND file_name LIKE 'báo cáo số %'"
    )
    assert composed == [(files // 5,)]
