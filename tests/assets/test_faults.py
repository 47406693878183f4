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
dd if=/dev/zero of="$1/ballast" bs=1k 2>/dev/null || true
truncate -s "-$5" "$1/ballast"
set +e
"$3" ingest > "$4/first.out" 2> "$4/first.err"; echo $? > "$4/first.rc"
rm "$1/ballast"
"$3" ingest > "$4/second.out" 2> "$4/second.err"; echo $? > "$4/second.rc"
"$3" sql "SELECT count(*) AS n FROM core.fact_training" --format csv > "$4/count"
find "$1/home/inbox" -type f > "$4/left"
"""


@pytest.mark.skipif(not _without_privilege(), reason="this machine allows no mount in a user namespace")
@pytest.mark.parametrize("free", ["0", "300K", "3M"])
def test_a_full_disk_is_named_and_nothing_is_lost(home: Home, tmp_path: Path, free: str) -> None:
    """Full from the start, or as soon as Dagster, the archive, the commit or the publication has taken what is left."""
    disk, out = tmp_path / "disk", tmp_path / "out"
    disk.mkdir()
    out.mkdir()
    _reports(home.inbox)
    script = ["unshare", "-Urm", "sh", "-c", FULL_DISK, "sh", str(disk), str(home.root), DANVAN, str(out), free]
    subprocess.run(script, cwd=REPO, check=True, capture_output=True)
    read: Callable[[str], str] = lambda name: (out / name).read_text()  # noqa: E731
    assert read("first.rc").strip() == "1", read("first.err")
    (said,) = [line for line in read("first.err").splitlines() if line.startswith("danvan: ")]
    assert f"HOME-DISK-FULL: ổ đĩa đầy - the disk of {disk}/" in said and " free of 64.0 MB)" in said, said
    assert "Traceback" not in read("first.err")
    assert read("second.rc").strip() == "0", read("second.err")
    assert read("count").split() == ["n", "2"]
    assert read("left") == ""
