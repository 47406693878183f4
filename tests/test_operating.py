"""What docs/operating.md tells operators to do works: backup, restore, and the service units."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from assets.report.write import write_yearly_report
from assets.verify import verify
from tests.support import HANGS, REPO, clean_rows, put, query, report_of, take
from warehouse.catalog import open_published, writer_lock
from warehouse.content import YearHash, content_hashes
from warehouse.home import Home

DANVAN = str(Path(sys.executable).with_name("danvan"))
MANUAL = (REPO / "docs" / "operating.md").read_text(encoding="utf-8")
BACKUP = 'danvan backup "$BACKUP"'
RESTORE = 'danvan restore "$BACKUP"'
RESTORE_RELEASE = 'danvan restore "$BACKUP" --release'
FROM_ARCHIVE = 'danvan init && cp -a "$BACKUP"/archive "$DANVAN_HOME"/ && danvan restore --from archive'


@pytest.fixture
def filled(home: Home) -> Home:
    """A home with two reports."""
    put(home.inbox, report_of(104, "2024-Y", clean_rows(2024)), report_of(105, "2023-Y", clean_rows(2023)))
    take(home)
    return home


def _sh(command: str, home: Path, backup: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["sh", "-ec", command], **_shell(home, backup), check=False)


def _shell(home: Path, backup: Path) -> dict[str, Any]:
    environment = {**os.environ, "DANVAN_HOME": str(home), "BACKUP": str(backup)}
    environment["PATH"] = f"{Path(DANVAN).parent}:{os.environ['PATH']}"
    return {"cwd": REPO, "env": environment, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}


def _rights(folder: Path) -> set[int]:
    """The rights of all that lies in a folder."""
    return {stat.S_IMODE(p.stat().st_mode) for p in (folder, *folder.rglob("*"))}


def _hashes(home: Home) -> list[YearHash]:
    with open_published(home) as con:
        return content_hashes(con)


@pytest.mark.parametrize("command", [BACKUP, RESTORE, RESTORE_RELEASE, FROM_ARCHIVE])
def test_the_manual_shows_the_commands_that_are_tested_here(command: str) -> None:
    assert command in MANUAL


@pytest.mark.slow
def test_a_home_that_is_lost_is_restored_from_its_backup_and_goes_on(filled: Home, tmp_path: Path) -> None:
    """The drill: the backup is made while another holds the writer's lock, then the whole home is gone."""
    backup, root = tmp_path / "backup", filled.root
    filled.senders.write_text("signatures: warn\n", encoding="utf-8")
    write_yearly_report(filled, 2024, ["html", "xlsx"])
    prepare = "telemetry:\n  enabled: false\n"
    (filled.dagster / "dagster.yaml").write_text(prepare, encoding="utf-8")
    originals = [p.name for p in filled.archive.rglob("*") if p.is_file()]
    with writer_lock(filled):
        at_work = subprocess.Popen(["sh", "-ec", BACKUP], **_shell(root, backup))
        while not all((backup / "files" / name[:2] / name).exists() for name in originals):
            assert at_work.poll() is None, "it does not wait for the lock to copy the archive, nor end without it"
            time.sleep(0.1)
        time.sleep(0.5)
        assert at_work.poll() is None
        assert list((backup / "manifests").iterdir()) == []
    out, err = at_work.communicate(timeout=HANGS)
    assert (at_work.returncode, err) == (0, "")
    assert out.startswith("backed up release 2 (")
    assert _rights(backup) == {0o750, 0o640}
    again = _sh(BACKUP, root, backup)
    assert again.stdout.startswith("nothing is new since the backup of release 2 (")
    assert again.stdout.endswith("copied 0 files, 0.0 MB\n")

    hashes, papers = _hashes(filled), {p.name: p.read_bytes() for p in filled.reports.iterdir()}
    shutil.rmtree(root)
    for restored in (_sh(RESTORE, root, backup), _sh(f"{RESTORE_RELEASE} 2", root, backup)):
        assert (restored.returncode, restored.stderr) == (0, "")
        assert restored.stdout.startswith("restored release 2 (")
    assert _hashes(filled) == hashes
    assert {p.name: p.read_bytes() for p in filled.reports.iterdir()} == papers != {}
    assert filled.senders.read_text(encoding="utf-8") == "signatures: warn\n"
    assert (filled.dagster / "dagster.yaml").read_text(encoding="utf-8") == prepare
    assert verify(filled).differences == []
    put(filled.inbox, report_of(106, "2024-Y", clean_rows(2024)))
    assert len(take(filled).accepted) == 1, "the ledger goes on where it stood"
    put(filled.inbox, report_of(104, "2024-Y", clean_rows(2024)))
    assert take(filled).duplicates == 1
    refused = _sh(RESTORE, root, backup)
    assert refused.returncode == 1
    assert refused.stderr.startswith("danvan: HOME-NOT-EMPTY: ")


def test_one_thing_to_restore_from_is_named_and_damage_has_a_code_of_its_own(tmp_path: Path) -> None:
    home, backup = tmp_path / "home", tmp_path / "backup"
    for wrong, said in (
        ("danvan restore", "name one thing to restore from"),
        ('danvan restore "$BACKUP" --from build', "name one thing to restore from"),
        ("danvan restore --from build --release 2", "said of a backup"),
        (RESTORE, "BACKUP-MISSING: there is no backup in"),
        ('danvan backup "$BACKUP"', "not a danvan home yet"),
    ):
        done = _sh(wrong, home, backup)
        assert (done.returncode, said in done.stderr) == (1, True), done.stderr
    (backup / "manifests").mkdir(parents=True)
    (backup / "manifests" / f"20260101T000000.000000Z-release-000001-{'0' * 16}.json").write_text("{}")
    done = _sh(RESTORE, home, backup)
    assert (done.returncode, done.stderr.startswith("danvan: BACKUP-DAMAGED: ")) == (4, True), done.stderr
    assert not home.exists()


@pytest.mark.slow
def test_the_archive_alone_brings_the_same_figures_back(filled: Home, tmp_path: Path) -> None:
    backup, new = tmp_path / "backup", Home(tmp_path / "new")
    shutil.copytree(filled.archive, backup / "archive")
    done = _sh(FROM_ARCHIVE, new.root, backup)
    assert done.returncode == 0, done.stderr + done.stdout
    assert _hashes(new) == _hashes(filled)
    assert query(new, "SELECT count(*) FROM intake.submission WHERE verdict = 'rejected'") == [(0,)]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="this machine has no systemd-analyze")
@pytest.mark.parametrize("unit", ["danvan-daemon.service", "danvan-ui.service"])
def test_the_service_units_are_well_formed(unit: str, tmp_path: Path) -> None:
    """The commands are looked for, so the units are checked with this checkout in the place of /opt/danvan."""
    text = (REPO / "examples" / "systemd" / unit).read_text(encoding="utf-8")
    binaries = str(Path(sys.executable).parent)
    (tmp_path / unit).write_text(text.replace("/opt/danvan/.venv/bin", binaries).replace("/opt/danvan", str(REPO)))
    verified = subprocess.run(
        ["systemd-analyze", "verify", str(tmp_path / unit)], capture_output=True, text=True, check=False
    )
    assert (verified.returncode, verified.stderr) == (0, "")


def test_the_ui_is_bound_to_loopback_wherever_it_is_started() -> None:
    unit = (REPO / "examples" / "systemd" / "danvan-ui.service").read_text(encoding="utf-8")
    assert "-h 127.0.0.1" in unit
    assert '"-h", "127.0.0.1"' in (REPO / "orchestration" / "cli" / "operate.py").read_text(encoding="utf-8")
