"""Judging again from the archive: nothing changes by itself, a changed rule does, and what would reject many reports stops."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from assets.ingest import replay
from expectations import rule
from expectations.catalogue import catalogue
from tests.conftest import Make
from tests.orchestration.command import danvan
from tests.support import clean_rows, copy_home, put, query, report_of, take
from warehouse.catalog import open_published
from warehouse.content import YearHash, content_hashes
from warehouse.guard import ReplayHeldError
from warehouse.home import Home
from warehouse.periods import parse_period_id

CODE = "T-MEMBERS-OVER"
UNITS = (104, 105, 106)
ACCEPTED = "SELECT unit_id FROM intake.submission WHERE form_code = 'BCDV' AND verdict = 'accepted' ORDER BY 1"


def _hashes(home: Home) -> list[YearHash]:
    with open_published(home) as con:
        return content_hashes(con)


def _ids(home: Home, form: str = "%") -> list[str]:
    return [
        i
        for (i,) in query(home, "SELECT submission_id FROM intake.submission WHERE form_code LIKE ? ORDER BY 1", [form])
    ]


@contextmanager
def _lenient() -> Iterator[None]:
    """One rule warns as long as this lasts, whose findings are errors."""
    found = tuple(replace(r, severity="warning") if r.code == CODE else r for r in rule.rules())
    with pytest.MonkeyPatch.context() as patch:
        for module in ("expectations.rule", "expectations.judge", "expectations.suites", "expectations.catalogue"):
            patch.setattr(f"{module}.rules", lambda *_: found)
        catalogue.cache_clear()
        yield
    catalogue.cache_clear()


@pytest.fixture(scope="module")
def three(registered: Home, once: Make) -> Home:
    """Three reports that the rules of before accepted and those of today reject; read only."""

    def fill(folder: Path) -> None:
        home = copy_home(registered, folder)
        rows = clean_rows(2024)
        rows["training"][0]["member_attended_count"] = 21
        put(home.inbox, *[report_of(unit, "2024-Y", rows) for unit in UNITS])
        with _lenient():
            take(home)

    home = Home(once("three", fill) / "home")
    assert query(home, ACCEPTED) == [(unit,) for unit in UNITS]
    return home


def test_a_replay_that_rejects_many_accepted_reports_stops_before_anything_is_written(
    three: Home, tmp_path: Path
) -> None:
    home = copy_home(three, tmp_path)
    before = _hashes(home), query(home, "FROM intake.batch"), query(home, "FROM intake.event")
    said = rf"REPLAY-HELD: it would reject 3 of 3 accepted reports \({CODE} 3\); nothing was written"
    with pytest.raises(ReplayHeldError, match=said):
        replay(home, _ids(home))
    assert (_hashes(home), query(home, "FROM intake.batch"), query(home, "FROM intake.event")) == before


def test_one_report_is_no_reason_to_ask(three: Home, tmp_path: Path) -> None:
    home = copy_home(three, tmp_path)
    (first, *_) = _ids(home, "BCDV")
    assert replay(home, [first]).rejected == [first]


def test_the_command_says_how_to_go_on_and_does_so_when_it_is_confirmed(three: Home, tmp_path: Path) -> None:
    home = copy_home(three, tmp_path)
    held = danvan(home.root, "replay", "--year", "2024")
    assert held.returncode == 1
    (line,) = [line for line in held.stderr.splitlines() if line.startswith("danvan: ")]
    assert "REPLAY-HELD: it would reject 3 of 3 accepted reports" in line and "danvan replay ... --confirm" in line
    assert query(home, ACCEPTED) == [(unit,) for unit in UNITS]
    confirmed = danvan(home.root, "replay", "--year", "2024", "--confirm")
    assert confirmed.returncode == 3, "some are rejected"
    assert query(home, ACCEPTED) == []


def test_a_replay_judges_again_from_the_archive_and_changes_nothing_by_itself(home: Home) -> None:
    rows = clean_rows(2024)
    rows["training"][0]["member_attended_count"] = 21
    put(home.inbox, report_of(104, "2024-Y", rows), report_of(105, "2024-Y", clean_rows(2024)))
    take(home)
    before = _hashes(home)
    ids = _ids(home)
    again = replay(home, ids)
    assert (sorted(again.judged), again.replayed) == (ids, ids)
    assert _hashes(home) == before
    assert query(home, "SELECT count(*) FROM intake.event WHERE event = 'replayed'") == [(3,)]

    with _lenient():
        assert len(replay(home, ids).accepted) == 3, "the rule changed, and with it the verdict"
    replay(home, ids)
    assert _hashes(home) == before


def test_a_report_that_is_read_for_another_period_leaves_nothing_in_the_year_before(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    from assets.intake import stage

    put(home.inbox, report_of(104, "2023-Y", clean_rows(2023)))
    take(home)
    ids = _ids(home, "BCDV")
    later = parse_period_id("2024-Y")
    monkeypatch.setattr(stage, "period_of", lambda _: later)  # as if a form map were mended
    assert replay(home, ids).years == [2023, 2024]
    assert query(home, "SELECT count(*) FROM mart.training_by_unit WHERE year = 2023") == [(0,)]


def test_a_replay_of_what_the_ledger_does_not_know_is_refused(home: Home) -> None:
    with pytest.raises(LookupError, match="knows no submission ffff"):
        replay(home, ["ffff"])
