"""What goes wrong at each step - an error of the disk, no room, no permission: nothing lost, and the ledger agrees with core.

Each fault is real where it can be (a full tmpfs, a folder without write permission), planted at the step where it cannot.
"""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from assets.progress import reporting_to
from tests.assets.steps import AtStep, interrupted_at_each_step
from tests.orchestration.command import danvan
from tests.support import REPO, clean_rows, make_home, put, query, report_of, take_and_answer
from warehouse.home import Home

pytestmark = pytest.mark.faults


def _reports(folder: Path) -> None:
    put(folder, report_of(104, "2024-Y", clean_rows(2024)), report_of(105, "2024-Y", clean_rows(2024)))


def _meets_a_fault(home: Home, number: int) -> None:
    def fails() -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with reporting_to(AtStep(number, fails)), pytest.raises(OSError, match="Input/output error"):
        take_and_answer(home)


def test_a_fault_at_any_step_loses_nothing(registered: Home, tmp_path: Path) -> None:
    steps = interrupted_at_each_step(registered, tmp_path, _meets_a_fault)
    assert {"archive", "read", "validate", "load", "ledger", "commit", "publish", "inbox", "receipts"} <= set(steps)


def _no_longer_almighty() -> None:
    """Permissions do not bind root: give up the capability that overrides them (CAP_DAC_OVERRIDE), here and in what is started."""
    if os.getuid() != 0:
        return
    libc = ctypes.CDLL(None)
    header, sets = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
    assert libc.prctl(24, 1, 0, 0, 0) == libc.capget(header, sets) == 0
    for n in range(3):  # effective, permitted, inheritable
        sets[n] &= ~(1 << 1)
    assert libc.capset(header, sets) == 0


def test_a_published_folder_without_write_permission_is_named_and_nothing_is_lost(home: Home) -> None:
    _reports(home.inbox)
    home.published.chmod(0o555)
    try:
        failed = danvan(home.root, "ingest", first=_no_longer_almighty)
    finally:
        home.published.chmod(0o755)
    assert failed.returncode == 1
    assert "Permission denied" in failed.stderr and str(home.published) in failed.stderr
    assert "is writable" in failed.stderr and "Traceback" not in failed.stderr
    assert len(list(home.inbox.rglob("*.xlsx"))) == 2
    again = danvan(home.root, "ingest")
    assert again.returncode == 0, again.stderr
    assert query(home, "SELECT count(*) FROM core.fact_training") == [(2,)]
    assert list(home.inbox.rglob("*.xlsx")) == []


def _without_privilege() -> bool:
    return shutil.which("unshare") is not None and not subprocess.run(
        ["unshare", "-Urm", "true"], capture_output=True, check=False
    ).returncode  # fmt: skip


#: keeps a small disk, with a copy of a home on it, as long as its input is open
SMALL_DISK = """
set -e
mount -t tmpfs -o size=96m tmpfs "$1"
mkdir "$1/home" && cp -r "$2/." "$1/home"
echo ready
exec cat
"""


@dataclass(frozen=True, slots=True)
class _Disk:
    """A small disk that only ``keeper`` sees, and who enters its namespaces."""

    keeper: int
    place: Path

    def fill_but(self, free: int) -> None:
        """Enter, and leave ``free`` bytes of it."""
        self.enter()
        with (self.place / "ballast").open("wb", buffering=0) as ballast:
            with suppress(OSError):
                while ballast.write(bytes(1 << 10)):
                    pass
            ballast.truncate(ballast.tell() - free)

    def clear(self) -> None:
        """Enter, and take away what filled it."""
        self.enter()
        (self.place / "ballast").unlink()

    def enter(self) -> None:
        """See what the keeper sees: a process with one thread may."""
        spaces = [os.open(f"/proc/{self.keeper}/ns/{kind}", os.O_RDONLY) for kind in ("user", "mnt")]
        libc = ctypes.CDLL(None, use_errno=True)
        for space in spaces:
            assert libc.setns(space, 0) == 0, os.strerror(ctypes.get_errno())
        os.chdir(REPO)


@contextmanager
def _small_disk(home: Home, place: Path) -> Iterator[_Disk]:
    place.mkdir()
    command = ["unshare", "-Urm", "sh", "-c", SMALL_DISK, "sh", str(place), str(home.root)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as keeper:
        assert keeper.stdout is not None
        assert keeper.stdout.readline() == b"ready\n"
        yield _Disk(keeper.pid, place)


@pytest.mark.skipif(not _without_privilege(), reason="this machine allows no mount in a user namespace")
def test_a_full_disk_is_named_and_nothing_is_lost(home: Home, tmp_path: Path) -> None:
    """Full from the start, or as soon as Dagster, the archive, the commit or the publication has taken what is left."""
    _reports(home.inbox)
    with _small_disk(home, tmp_path / "disk") as disk:
        there = disk.place / "home"
        for free in (0, 300 << 10, 3 << 20):
            full = danvan(there, "ingest", first=partial(disk.fill_but, free))
            assert full.returncode == 1, (free, full.stderr)
            (said,) = [line for line in full.stderr.splitlines() if line.startswith("danvan: ")]
            assert f"HOME-DISK-FULL: ổ đĩa đầy - the disk of {disk.place}/" in said and " free of 96.0 MB)" in said, (
                said
            )
            assert "Traceback" not in full.stderr
        last = danvan(there, "ingest", first=disk.clear)
        assert last.returncode == 0, last.stderr
        out = make_home(tmp_path / "out")
        for folder in (out.published, out.inbox):
            seen = Path(f"/proc/{disk.keeper}/root{there}") / folder.name
            shutil.copytree(seen, folder, dirs_exist_ok=True)
    assert query(out, "SELECT count(*) FROM core.fact_training") == [(2,)]
    assert [p for p in out.inbox.rglob("*") if p.is_file()] == []
