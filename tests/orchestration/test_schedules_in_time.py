"""A New Year, a morning of reminders and the closing day pass under a running daemon, whose clock is moved; then a file is late."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import dagster as dg
import pytest

from tests.orchestration.real import BUSY, MovedClock, daemon, wait_until
from tests.support import clean_rows, copy_home, put, query, report_of
from warehouse.clock import ZONE
from warehouse.home import Home

pytestmark = [
    pytest.mark.daemon,
    pytest.mark.xdist_group("daemon"),
    pytest.mark.skipif(MovedClock.LIBRARY is None, reason="libfaketime is not installed"),
]

REVISIONS = "SELECT year, revision_no FROM meta.year_revision ORDER BY ALL"
LATE = "SELECT s.unit_id, f.code FROM intake.finding f JOIN intake.submission s USING (submission_id) WHERE f.code = 'S-YEAR-CLOSED'"
STANDING = "SELECT timeliness FROM mart.completeness WHERE year = 2026 AND unit_id = ?"


def _local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(ZONE))


def test_reminders_the_closing_and_a_late_report_over_a_new_year(filled: Home, tmp_path: Path) -> None:
    home, clock = copy_home(filled, tmp_path), MovedClock(tmp_path)
    home.settings.write_text('papers.forms = ["html"]\n', encoding="utf-8")
    reminders, papers = home.outbox / "reminders", home.reports
    clock.move(_local("2026-12-31 23:59:45"))
    with dg.DagsterInstance.from_config(str(home.dagster)) as instance, daemon(home, clock):

        def move(to: str) -> None:
            """Once all that was begun has ended: a run over which weeks go by counts as one that hangs."""
            wait_until(lambda: not instance.get_runs(BUSY, limit=1), home, "no run is left waiting or started")
            clock.move(_local(to))

        wait_until(
            (papers / "bao-cao-2025-tam-tinh.html").exists, home, "the papers of the years from before the daemon"
        )
        assert not _ended(instance, "remind"), "midnight is no morning"
        move("2027-01-14 06:59:50")
        wait_until((reminders / "2027-01-14").exists, home, "the reminders of the morning")
        asked = json.loads((reminders / "2027-01-14" / "DV004.json").read_text(encoding="utf-8"))
        assert [(a["period_id"], a["due_date"], a["state"]) for a in asked] == [("2026-Y", "2027-01-20", "due")]
        put(home.inbox, report_of(104, "2026-Y", clean_rows(2026)))
        wait_until(lambda: query(home, STANDING, [104]) == [("on_time",)], home, "a report in time")
        assert query(home, REVISIONS) == [], "the year is open as long as reports of it are in time"
        wait_until(lambda: not list(home.inbox.rglob("*.xlsx")), home, "the run has ended")
        move("2027-01-31 01:59:50")
        wait_until(lambda: query(home, REVISIONS) == [(2026, 1)], home, "the closing")
        put(home.inbox, report_of(105, "2026-Y", clean_rows(2026)))
        wait_until(
            lambda: query(home, REVISIONS) == [(2026, 1), (2026, 2)], home, "the revision that a late report makes"
        )
        wait_until((papers / "bao-cao-2026-lan-2.html").exists, home, "its paper")
        assert (papers / "bao-cao-2026-lan-1.html").exists(), "the paper of the closing stays"
        assert query(home, LATE) == [(105, "S-YEAR-CLOSED")]
        closings = _ended(instance, "close_year")
    assert closings == [dg.DagsterRunStatus.SUCCESS], "one, and it closed the year that had ended"


def _ended(instance: dg.DagsterInstance, job: str) -> list[dg.DagsterRunStatus]:
    return [run.status for run in instance.get_runs(dg.RunsFilter(job_name=job))]
