"""kill -9 at any step: the next start finds the old state or the new one; no file lost, none taken twice."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from assets.ingest import ingest
from assets.progress import reporting_to
from assets.receipt import write_receipts
from tests.support import REPO, clean_rows, put, query, report_of, take
from warehouse.home import Home

#: the steps that a batch reports, and what follows them
STEPS = (
    "archive",
    "read",
    "stage",
    "validate",
    "great_expectations",
    "load",
    "marts",
    "release",
    "publish",
    "receipts",
)
#: children are forked from a process that holds the heavy libraries already: ten starts from nothing cost half a minute
WARM = multiprocessing.get_context("forkserver")
WARM.set_forkserver_preload(["great_expectations", "duckdb", "duckdb_sqlalchemy", "openpyxl", "pyarrow"])


def _work_until(root: str, step: str) -> None:
    """Take the inbox in a process of its own, and die of a kill -9 at ``step``."""

    def die(reported: str, _done: int, _total: int) -> None:
        if reported == step:
            os.kill(os.getpid(), signal.SIGKILL)

    with reporting_to(die):
        ingest(Home(Path(root)))
        write_receipts(Home(Path(root)))


@pytest.mark.parametrize("step", STEPS)
def test_a_kill_leaves_the_old_state_or_the_new(home: Home, step: str) -> None:
    put(home.inbox, report_of(104, "2024-Y", clean_rows(2024)), report_of(105, "2024-Y", clean_rows(2024)))
    killed = WARM.Process(target=_work_until, args=(str(home.root), step))
    killed.start()
    killed.join()
    assert killed.exitcode == -signal.SIGKILL
    count = "SELECT count(*) FROM intake.submission WHERE form_code = 'BCDV'"
    assert query(home, count)[0][0] in (0, 2), "the published file is whole, whatever happened"
    take(home)
    assert query(home, count) == [(2,)]
    assert query(home, "SELECT count(*) FROM core.fact_training") == [(2,)]
    assert [p for p in home.inbox.rglob("*") if p.is_file()] == []
    received = "SELECT count(*) FROM intake.event WHERE event = 'received' AND file_name LIKE 'BCDV%'"
    assert query(home, received) == [(2,)], "none is taken twice"
    assert query(home, "SELECT count(*) FROM intake.event WHERE event = 'duplicate'") == [(0,)]
    submissions = {row[0] for row in query(home, "SELECT submission_id FROM intake.submission")}
    assert {p.stem for p in home.receipts.glob("*.json")} == submissions, "no submission is left without a receipt"


def test_a_dead_writers_lock_is_free_and_a_living_ones_is_waited_for(home: Home) -> None:
    from warehouse.writer import WriterBusyError, writer_lock

    held = "from pathlib import Path\nfrom warehouse.home import Home\nfrom warehouse.writer import writer_lock\nimport sys, time\n"
    held += "with writer_lock(Home(Path(sys.argv[1]))):\n    print('held', flush=True)\n    time.sleep(60)\n"
    with subprocess.Popen([sys.executable, "-c", held, str(home.root)], cwd=REPO, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(WriterBusyError, match="another danvan run"), writer_lock(home, timeout=0.2):
            pass
        other.kill()
        other.wait()
        with writer_lock(home, timeout=5):
            pass


def test_readers_never_see_a_half_state(home: Home, tmp_path: Path) -> None:
    """A reader asks all the time while batches are written: it sees whole batches only, and no error."""
    reader = (
        "import sys\nfrom pathlib import Path\nfrom warehouse.home import Home\nfrom warehouse.writer import open_published\n"
        "home, stop = Home(Path(sys.argv[1])), Path(sys.argv[2])\nseen = set()\n"
        "while not stop.exists():\n"
        "    with open_published(home) as con:\n"
        "        a = con.execute('SELECT count(*) FROM core.fact_training').fetchone()[0]\n"
        "        b = con.execute(\"SELECT count(*) FROM intake.submission WHERE form_code = 'BCDV'\").fetchone()[0]\n"
        "        assert a == b, (a, b)\n        seen.add(a)\n"
        "print(sorted(seen))\n"
    )
    stop = tmp_path / "stop"
    with subprocess.Popen(
        [sys.executable, "-c", reader, str(home.root), str(stop)], cwd=REPO, stdout=subprocess.PIPE, text=True
    ) as other:
        for unit in (104, 105, 106):
            put(home.inbox, report_of(unit, "2024-Y", clean_rows(2024)), report_of(unit, "2023-Y", clean_rows(2023)))
            take(home)
        stop.touch()
        out, _ = other.communicate(timeout=60)
    assert other.returncode == 0
    assert set(eval(out)) <= {0, 2, 4, 6}
    assert 0 in eval(out)
