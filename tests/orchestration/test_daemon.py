"""The real daemon, code server and runs: files dropped in odd ways, everything killed in between; none lost, none twice."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from orchestration.instance import prepare_dagster_home
from tests.support import REPO, clean_rows, make_home, put, put_register, query, report_of
from warehouse.home import Home

PATIENCE = 120.0


@contextmanager
def daemon(home: Home) -> Iterator[subprocess.Popen[bytes]]:
    """The daemon that ``danvan dev`` starts, in a process group of its own."""
    environment = {**os.environ, "DANVAN_HOME": str(home.root), "DAGSTER_HOME": str(home.dagster)}
    with (home.root / "daemon.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "dagster._daemon", "run", "-w", "workspace.yaml"],
            cwd=REPO, env=environment, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    try:
        yield process
    finally:
        _kill_all(home)
        process.wait()


def _kill_all(home: Home) -> None:
    """kill -9 for the daemon, the code server and every run of this home, by pid."""
    for status in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, ValueError):
            environment = (status / "environ").read_bytes()
            if f"DAGSTER_HOME={home.dagster}".encode() in environment and int(status.name) != os.getpid():
                os.kill(int(status.name), signal.SIGKILL)


def _wait_for(home: Home, count: int) -> float:
    begin = time.monotonic()
    while time.monotonic() - begin < PATIENCE:
        if home.database.exists() and query(home, "SELECT count(*) FROM intake.submission")[0][0] >= count:
            return time.monotonic() - begin
        time.sleep(0.5)
    log = (home.root / "daemon.log").read_text(errors="replace")
    raise AssertionError(f"not taken within {PATIENCE} s:\n{log[-3000:]}")


def _slow_copy(source: Path, target: Path) -> None:
    content = source.read_bytes()
    with target.open("wb") as out:
        for start in range(0, len(content), len(content) // 4):
            out.write(content[start : start + len(content) // 4])
            out.flush()
            time.sleep(0.8)


def test_no_file_is_left_behind_and_none_is_taken_twice(tmp_path: Path) -> None:
    home = make_home(tmp_path / "home")
    before = {k: os.environ.get(k) for k in ("DAGSTER_HOME", "DANVAN_HOME")}
    prepare_dagster_home(home)
    for name, value in before.items():
        os.environ.pop(name, None) if value is None else os.environ.__setitem__(name, value)
    stock = tmp_path / "stock"
    files = put(stock, *[report_of(u, "2024-Y", clean_rows(2024)) for u in range(104, 112)])
    with daemon(home):
        put_register(home.inbox)
        _slow_copy(files[0], home.inbox / "slow.xlsx")
        shutil.copy(files[1], home.inbox / "x.xlsx.part")
        (home.inbox / "x.xlsx.part").rename(home.inbox / "renamed.xlsx")
        shutil.copy(files[2], home.inbox / unicodedata.normalize("NFD", "báo cáo.xlsx"))
        _wait_for(home, 4)
        shutil.copy(files[3], home.inbox / "slow.xlsx")  # the same name again, other bytes
        shutil.copy(files[3], home.inbox / "twin.xlsx")  # other name, equal bytes
        time.sleep(4)
    shutil.copy(files[4], home.inbox / "while-dead.xlsx")
    with daemon(home) as process:
        time.sleep(14)  # a run is starting or at work
        shutil.copy(files[5], home.inbox / "while-running.xlsx")
        assert process.poll() is None
    with daemon(home):
        for n, file in enumerate(files[6:]):
            shutil.copy(file, home.inbox / f"last-{n}.xlsx")
        _wait_for(home, 9)
        _until_empty(home)
    assert query(home, "SELECT count(*), count(DISTINCT submission_id) FROM intake.submission") == [(9, 9)]
    assert query(home, "SELECT count(*) FROM core.fact_training") == [(8,)]
    received = query(home, "SELECT count(*) FROM intake.event WHERE event = 'received'")[0][0]
    duplicates = query(home, "SELECT count(*) FROM intake.event WHERE event = 'duplicate'")[0][0]
    assert (received, duplicates) == (10, 1), "each arrival once in the ledger; the twin is the one duplicate"
    assert query(home, "SELECT count(*) FROM intake.event WHERE file_name = 'báo cáo.xlsx' AND event = 'received'") == [
        (1,)
    ]
    assert query(home, "SELECT count(*) FROM intake.submission WHERE verdict = 'rejected'") == [(0,)], (
        "no half copy was taken"
    )


def _until_empty(home: Home) -> None:
    begin = time.monotonic()
    while time.monotonic() - begin < PATIENCE:
        if not [p for p in home.inbox.rglob("*") if p.is_file()]:
            return
        time.sleep(0.5)
    raise AssertionError(sorted(p.name for p in home.inbox.rglob("*")))
