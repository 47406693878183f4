"""Ctrl-C and SIGTERM end a command and its children, whoever started it and whatever it is doing; nothing half is left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from tests.support import HANGS, REPO, clean_rows, make_home, put, put_register, query, report_of
from warehouse.home import Home

DANVAN = str(Path(sys.executable).with_name("danvan"))
SIGNALS = [signal.SIGINT, signal.SIGTERM]
LINE = "danvan: stopped; what was not committed is as before, and the next run takes it up\n"
#: as in a job that a script started in the background: Ctrl-C is ignored there
DEAF = ["sh", "-c", "trap '' INT; exec \"$@\"", "sh"]


def _stopped(
    command: list[str], home: Path, number: int, is_at_work: Callable[[int], object]
) -> subprocess.CompletedProcess[str]:
    """Start the command, tell it to stop once it is at work, and return how it ended."""
    environment = {**os.environ, "DANVAN_HOME": str(home)}
    with subprocess.Popen(
        [*DEAF, *command], cwd=REPO, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as started:
        try:
            while started.poll() is None and not is_at_work(started.pid):
                time.sleep(0.02)
            children = psutil.Process(started.pid).children(recursive=True)
            started.send_signal(number)
            out, said = started.communicate(timeout=HANGS)
        finally:
            started.kill()
    psutil.wait_procs(children, timeout=HANGS)
    assert [c for c in children if c.is_running()] == []
    return subprocess.CompletedProcess(command, started.returncode, out, said)


def _command(process: psutil.Process) -> list[str]:
    """Its command line; none of one that has ended since it was listed."""
    try:
        return process.cmdline()
    except psutil.NoSuchProcess:
        return []


@pytest.mark.parametrize("number", SIGNALS)
def test_a_command_that_is_told_to_stop_says_so_in_one_line_and_leaves_whole_files(tmp_path: Path, number: int) -> None:
    command = [DANVAN, "sample", "--out", str(tmp_path / "files")]
    done = _stopped(command, tmp_path, number, lambda _: list(tmp_path.rglob("*.xlsx")))
    assert (done.returncode, done.stderr) == (130, LINE)
    files = [p for p in tmp_path.rglob("*") if p.is_file()]
    assert 0 < len(files) < 1012
    assert [p.name for p in files if p.name.startswith(".")] == []
    assert [p.name for p in files if p.suffix == ".xlsx" and zipfile.ZipFile(p).testzip()] == []


PROGRAM = """
import hashlib, os, subprocess
from orchestration.cli import stop
stop.listen()
os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # as a step of a job has it
subprocess.Popen(["sleep", "36000"])
hashlib.pbkdf2_hmac("sha256", b"a library that is at work for hours", b"", (1 << 31) - 1)
"""


@pytest.mark.parametrize("number", SIGNALS)
def test_what_cannot_be_interrupted_is_ended_with_its_children(tmp_path: Path, number: int) -> None:
    done = _stopped([sys.executable, "-c", PROGRAM], tmp_path, number, lambda pid: psutil.Process(pid).children())
    assert (done.returncode, done.stderr) == (130, LINE)


@pytest.mark.slow
def test_an_ingest_that_is_told_to_stop_leaves_the_inbox_to_the_next(tmp_path: Path) -> None:
    home = make_home(tmp_path / "home")
    put_register(home.inbox)
    put(home.inbox, *[report_of(unit, "2024-Y", clean_rows(2024)) for unit in range(104, 114)])

    def reads(pid: int) -> bool:
        return any("assets.intake.workers" in _command(c) for c in psutil.Process(pid).children(recursive=True))

    done = _stopped([DANVAN, "ingest"], home.root, signal.SIGINT, reads)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", LINE)
    assert len([p for p in home.inbox.rglob("*") if p.is_file()]) == 11
    again = subprocess.run(
        [DANVAN, "ingest"], cwd=REPO, env={**os.environ, "DANVAN_HOME": str(home.root)}, capture_output=True, check=True
    )
    assert query(Home(home.root), "SELECT count(*) FROM core.fact_training") == [(10,)], again.stdout
