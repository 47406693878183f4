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

from assets.ingest import ingest
from tests.support import REPO, clean_rows, make_home, put, put_register, query, report_of
from warehouse.content import content_hashes
from warehouse.home import Home
from warehouse.writer import open_build, open_published, writer_lock

DANVAN = str(Path(sys.executable).with_name("danvan"))
#: where the fault is planted: a function that its step calls
STEPS = (
    "assets.ingest.archive_files",
    "assets.ingest.open_build",
    "assets.intake.stage.stage",
    "warehouse.staging.fill",
    "expectations.judge.judge_staging",
    "expectations.judge.gx_check",
    "warehouse.staging.keep",
    "assets.batch.ledger.write_judgement",
    "warehouse.ledger.set_finding_life",
    "assets.batch.build_marts",
    "assets.batch.write_release",
    "assets.batch.ledger.write_batch",
    "assets.ingest.publish_database",
    "assets.ingest.publish_side_files",
    "assets.intake.inbox.LocalInbox.take_away",
    "assets.receipt.write_receipts",
)


def _reports(folder: Path) -> None:
    put(folder, report_of(104, "2024-Y", clean_rows(2024)), report_of(105, "2024-Y", clean_rows(2024)))


def _job(home: Home) -> None:
    import assets.receipt

    ingest(home)
    assets.receipt.write_receipts(home)


def _consistent(home: Home) -> None:
    """Ledger and core agree in the build file and in the published one."""
    owed = (
        "SELECT count(*) FROM intake.submission s WHERE verdict = 'accepted' AND form_code = 'BCDV' "
        "AND submission_id NOT IN (SELECT submission_id FROM core.fact_training)"
    )
    orphans = (
        "SELECT count(*) FROM core.fact_training WHERE submission_id NOT IN (SELECT submission_id FROM intake.event)"
    )
    with writer_lock(home), open_build(home) as build, open_published(home) as published:
        for con in (build, published):
            assert con.execute(owed).fetchall() == [(0,)]
            assert con.execute(orphans).fetchall() == [(0,)]


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[object, ...]]:
    """The content of a warehouse that took the same files without any fault."""
    home = make_home(tmp_path_factory.mktemp("expected") / "home")
    put_register(home.inbox)
    ingest(home)
    _reports(home.inbox)
    ingest(home)
    with open_published(home) as con:
        return list(content_hashes(con))


@pytest.mark.parametrize("step", STEPS)
def test_a_fault_at_any_step_loses_nothing(
    home: Home, step: str, expected: list[tuple[object, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    _reports(home.inbox)

    def fails(*_: object, **__: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with monkeypatch.context() as planted:
        planted.setattr(step, fails)
        with pytest.raises(OSError, match="Input/output error"):
            _job(home)
    _consistent(home)
    _job(home)
    _consistent(home)
    with open_published(home) as con:
        assert content_hashes(con) == expected
    assert [p for p in home.inbox.rglob("*") if p.is_file()] == []
    events = "SELECT event, count(*) FROM intake.event WHERE file_name LIKE 'BCDV%' GROUP BY 1 ORDER BY 1"
    assert query(home, events) == [("received", 2)], "each arrival is in the ledger once, and none as a duplicate"
    submissions = {row[0] for row in query(home, "SELECT submission_id FROM intake.submission")}
    assert {p.stem for p in home.receipts.glob("*.json")} == submissions


def _no_longer_almighty() -> None:
    """Permissions do not bind root: give up the capability that overrides them (PR_CAPBSET_DROP, CAP_DAC_OVERRIDE)."""
    if os.getuid() == 0:
        ctypes.CDLL(None).prctl(24, 1, 0, 0, 0)


def _ingest_by_command(home: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [DANVAN, "ingest"], cwd=REPO, env={**os.environ, "DANVAN_HOME": str(home)}, capture_output=True, text=True,
        check=False, preexec_fn=_no_longer_almighty,
    )  # fmt: skip


def test_a_published_folder_without_write_permission_is_named_and_nothing_is_lost(tmp_path: Path) -> None:
    home = make_home(tmp_path / "home")
    put_register(home.inbox)
    ingest(home)
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
set +e
"$3" ingest > "$4/first.out" 2> "$4/first.err"; echo $? > "$4/first.rc"
rm "$1/ballast"
"$3" ingest > "$4/second.out" 2> "$4/second.err"; echo $? > "$4/second.rc"
"$3" sql "SELECT count(*) AS n FROM core.fact_training" --format csv > "$4/count"
find "$1/home/inbox" -type f > "$4/left"
"""


@pytest.mark.skipif(not _without_privilege(), reason="this machine allows no mount in a user namespace")
def test_a_full_disk_is_named_and_nothing_is_lost(tmp_path: Path) -> None:
    stock, disk, out = tmp_path / "stock", tmp_path / "disk", tmp_path / "out"
    disk.mkdir()
    out.mkdir()
    home = make_home(stock)
    put_register(home.inbox)
    ingest(home)
    _reports(home.inbox)
    script = ["unshare", "-Urm", "sh", "-c", FULL_DISK, "sh", str(disk), str(stock), DANVAN, str(out)]
    subprocess.run(script, cwd=REPO, check=True, capture_output=True)
    read: Callable[[str], str] = lambda name: (out / name).read_text()  # noqa: E731
    assert read("first.rc").strip() == "1", read("first.err")
    assert "No space left" in read("first.err") or "disk" in read("first.err").lower(), read("first.err")
    assert "Traceback" not in read("first.err")
    assert read("second.rc").strip() == "0", read("second.err")
    assert read("count").split() == ["n", "2"]
    assert read("left") == ""
