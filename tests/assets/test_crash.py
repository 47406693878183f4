"""kill -9 at any step: the next start finds the old state or the new one; no file lost, none taken twice."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.assets.steps import interrupted_at_each_step, kill_at
from tests.support import HANGS, REPO, clean_rows, put, report_of, take
from warehouse.home import Home

pytestmark = pytest.mark.faults


def test_a_kill_leaves_the_old_state_or_the_new(registered: Home, tmp_path: Path) -> None:
    steps = interrupted_at_each_step(registered, tmp_path, kill_at)
    assert {"archive", "read", "validate", "load", "ledger", "commit", "publish", "inbox", "receipts"} <= set(steps)


def test_a_dead_writers_lock_is_free_and_a_living_ones_is_waited_for(home: Home) -> None:
    from warehouse.catalog import WriterBusyError, writer_lock

    held = "from pathlib import Path\nfrom warehouse.home import Home\nfrom warehouse.catalog import writer_lock\nimport sys, time\n"
    held += "with writer_lock(Home(Path(sys.argv[1]))):\n    print('held', flush=True)\n    time.sleep(60)\n"
    with subprocess.Popen([sys.executable, "-c", held, str(home.root)], cwd=REPO, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(WriterBusyError, match="another danvan run"), writer_lock(home, timeout=0.2):
            pass
        other.kill()
        other.wait()
        with writer_lock(home, timeout=HANGS):
            pass


def test_readers_never_see_a_half_state(home: Home, tmp_path: Path) -> None:
    """A reader asks all the time while batches are written: it sees whole batches only, and no error."""
    reader = (
        "import sys, time\nfrom pathlib import Path\nfrom warehouse.home import Home\nfrom warehouse.catalog import open_published\n"
        "home, stop = Home(Path(sys.argv[1])), Path(sys.argv[2])\nseen = set()\n"
        "while not stop.exists():\n"
        "    with open_published(home) as con:\n"
        "        a = con.execute('SELECT count(*) FROM core.fact_training').fetchone()[0]\n"
        "        b = con.execute(\"SELECT count(*) FROM intake.submission WHERE form_code = 'BCDV'\").fetchone()[0]\n"
        "        assert a == b, (a, b)\n        seen.add(a)\n"
        "    time.sleep(0.05)\n"
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
        out, _ = other.communicate(timeout=HANGS)
    assert other.returncode == 0
    assert set(eval(out)) <= {0, 2, 4, 6}
    assert 0 in eval(out)
