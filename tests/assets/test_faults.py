"""What goes wrong at each step - an error of the disk, no room, no permission: nothing lost, and the ledger agrees with core.

Each fault is real where it can be (a full tmpfs, a folder without write permission), planted at the step where it cannot.
"""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from assets.progress import reporting_to
from tests.assets.steps import AtStep, interrupted_at_each_step
from tests.support import REPO, clean_rows, put, query, report_of, take_and_answer
from warehouse.home import Home

pytestmark = pytest.mark.faults

DANVAN = str(Path(sys.executable).with_name("danvan"))


def _reports(folder: Path) -> None:
    put(folder, report_of(104, "2024-Y", clean_rows(2024)), report_of(105, "2024-Y", clean_rows(2024)))


def _meets_a_fault(home: Home, number: int) -> None:
    def fails() -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with reporting_to(AtStep(number, fails)), pytest.raises(OSError, match="Input/output error"):
        take_and_answer(home)


def test_a_fault_at_any_step_loses_nothing(registered: Home, tmp_path: Path) -> None:
    steps = interrupted_at_each_step(registered, tmp_path, _meets_a_fault)
    assert {"archive", "read", "validate", "load", "ledger", "checkpoint", "publish", "inbox", "receipts"} <= set(steps)


def _no_longer_almighty() -> None:
    """Permissions do not bind root: give up the capability that overrides them (PR_CAPBSET_DROP, CAP_DAC_OVERRIDE)."""
    if os.getuid() == 0:
        ctypes.CDLL(None).prctl(24, 1, 0, 0, 0)


def _ingest_by_command(home: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [DANVAN, "ingest"], cwd=REPO, env={**os.environ, "DANVAN_HOME": str(home)}, capture_output=True, text=True,
        check=False, preexec_fn=_no_longer_almighty,
    )  # fmt: skip


def test_a_published_folder_without_write_permission_is_named_and_nothing_is_lost(home: Home) -> None:
    _reports(home.inbox)
    home.published.chmod(0o555)
    try:
        failed = _ingest_by_command(home.root)
    finally:
        home.published.chmod(0o755)
    assert failed.returncode == 1
    assert "Permission denied" in failed.stderr and str(home.published) in failed.stderr
    assert "is writable" in failed.stderr and "Traceback" not in failed.stderr
    assert len(list(home.inbox.rglob("*.xlsx"))) == 2
    again = _ingest_by_command(home.root)
    assert again.returncode == 0, again.stderr
    assert query(home, "SELECT count(*) FROM core.fact_training") == [(2,)]
    assert list(home.inbox.rglob("*.xlsx")) == []


def _without_privilege() -> bool:
    return shutil.which("unshare") is not None and not subprocess.run(
        ["unshare", "-Urm", "true"], capture_output=True, check=False
    ).returncode  # fmt: skip


FULL_DISK = """
set -eu
mount -t tmpfs -o size=64m tmpfs "$1"
mkdir "$1/home" && cp -r "$2/." "$1/home"
export DANVAN_HOME="$1/home"
set +e
for free in $5; do
    dd if=/dev/zero of="$1/ballast" bs=1k 2>/dev/null
    truncate -s "-$free" "$1/ballast"
    "$3" ingest > "$4/$free.out" 2> "$4/$free.err"; echo $? > "$4/$free.rc"
done
rm "$1/ballast"
"$3" ingest > "$4/last.out" 2> "$4/last.err"; echo $? > "$4/last.rc"
mkdir "$4/home" && cp -r "$1/home/published" "$1/home/inbox" "$4/home"
"""


@pytest.mark.skipif(not _without_privilege(), reason="this machine allows no mount in a user namespace")
def test_a_full_disk_is_named_and_nothing_is_lost(home: Home, tmp_path: Path) -> None:
    """Full from the start, or as soon as Dagster, the archive, the commit or the publication has taken what is left."""
    disk, out, steps = tmp_path / "disk", tmp_path / "out", ("0", "300K", "3M")
    disk.mkdir()
    out.mkdir()
    _reports(home.inbox)
    places = [str(disk), str(home.root), DANVAN, str(out), " ".join(steps)]
    subprocess.run(["unshare", "-Urm", "sh", "-c", FULL_DISK, "sh", *places], cwd=REPO, check=True, capture_output=True)
    read: Callable[[str], str] = lambda name: (out / name).read_text()  # noqa: E731
    for free in steps:
        assert read(f"{free}.rc").strip() == "1", (free, read(f"{free}.err"))
        (said,) = [line for line in read(f"{free}.err").splitlines() if line.startswith("danvan: ")]
        assert f"HOME-DISK-FULL: ổ đĩa đầy - the disk of {disk}/" in said and " free of 64.0 MB)" in said, said
        assert "Traceback" not in read(f"{free}.err")
    assert read("last.rc").strip() == "0", read("last.err")
    assert query(Home(out / "home"), "SELECT count(*) FROM core.fact_training") == [(2,)]
    assert [p for p in (out / "home/inbox").rglob("*") if p.is_file()] == []
