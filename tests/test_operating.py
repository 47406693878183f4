"""What docs/operating.md tells operators to do works: backup, restore, and the service units."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import REPO, clean_rows, put, query, report_of, take
from warehouse.catalog import open_published, writer_lock
from warehouse.content import YearHash, content_hashes
from warehouse.home import Home

DANVAN = str(Path(sys.executable).with_name("danvan"))
MANUAL = (REPO / "docs" / "operating.md").read_text(encoding="utf-8")
BACKUP = 'flock "$DANVAN_HOME/build/writer.lock" cp -a "$DANVAN_HOME/archive" "$DANVAN_HOME/build" "$BACKUP"/'
RESTORE = 'cp -a "$BACKUP"/archive "$BACKUP"/build "$DANVAN_HOME"/ && danvan ingest'
FROM_ARCHIVE = 'danvan init && cp -a "$BACKUP"/archive "$DANVAN_HOME"/ && danvan restore --from archive'


@pytest.fixture
def filled(home: Home) -> Home:
    """A home with two reports."""
    put(home.inbox, report_of(104, "2024-Y", clean_rows(2024)), report_of(105, "2023-Y", clean_rows(2023)))
    take(home)
    return home


def _sh(command: str, home: Path, backup: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "DANVAN_HOME": str(home), "BACKUP": str(backup)}
    environment["PATH"] = f"{Path(DANVAN).parent}:{os.environ['PATH']}"
    return subprocess.run(
        ["sh", "-ec", command], cwd=REPO, env=environment, capture_output=True, text=True, check=False
    )


def _hashes(home: Home) -> list[YearHash]:
    with open_published(home) as con:
        return content_hashes(con)


@pytest.mark.parametrize("command", [BACKUP, RESTORE, FROM_ARCHIVE])
def test_the_manual_shows_the_commands_that_are_tested_here(command: str) -> None:
    assert command in MANUAL


@pytest.mark.slow
def test_a_backup_is_restored_to_the_same_figures_and_goes_on(filled: Home, tmp_path: Path) -> None:
    backup, new = tmp_path / "backup", Home(tmp_path / "new")
    backup.mkdir()
    done = _sh(BACKUP, filled.root, backup)
    assert done.returncode == 0, done.stderr
    new.root.mkdir()
    done = _sh(RESTORE, new.root, backup)
    assert done.returncode == 0, done.stderr
    assert _hashes(new) == _hashes(filled)
    assert new.manifest.exists()
    put(new.inbox, report_of(106, "2024-Y", clean_rows(2024)))
    assert len(take(new).accepted) == 1, "the ledger goes on where it stood"
    put(new.inbox, report_of(104, "2024-Y", clean_rows(2024)))
    assert take(new).duplicates == 1


def test_a_backup_waits_for_the_writer(filled: Home, tmp_path: Path) -> None:
    with writer_lock(filled):
        busy = _sh(BACKUP.replace("flock ", "flock --nonblock "), filled.root, tmp_path / "backup")
    assert busy.returncode == 1
    assert not (tmp_path / "backup").exists()


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
