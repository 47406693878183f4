"""Two versions of one report with one number and one date: the first that could stand does, the later one is told why not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from assets.check import check
from assets.ingest import Chosen, clear_inbox, release, replay
from assets.rebuild import rebuild
from assets.receipt import write_receipts
from assets.restore import restore
from assets.withdraw import withdraw
from tests.support import clean_rows, cover_cell, newest, put, query, report_of, take
from warehouse.damage import Source
from warehouse.home import Home

STANDING = "SELECT file_name, verdict, is_current FROM intake.submission WHERE form_code = 'BCDV' ORDER BY file_name"
USED = "SELECT DISTINCT attendee_count FROM core.fact_training WHERE is_current"
FIRST_STANDS = [("a.xlsx", "accepted", True), ("b.xlsx", "rejected", False)]
FIRST_FELL = [("a.xlsx", "rejected", False), ("b.xlsx", "accepted", True)]
#: which of two has the smaller hash must not matter: each pair once this way and once the other
PAIRS = [(40, 50), (50, 40)]


def _write(home: Home, name: str, attendees: int, spoilt: bool = False, **cover: object) -> Path:
    rows = clean_rows(2024)
    rows["training"] = [{**rows["training"][0], "attendee_count": attendees}]
    if spoilt:
        rows["training"][0]["session_count"] = "không rõ bao nhiêu"
    (path,) = put(home.inbox, report_of(104, "2024-Y", rows, cover))
    return path.rename(home.inbox / name)


def _of(home: Home, name: str) -> str:
    ((found,),) = query(home, "SELECT submission_id FROM intake.submission WHERE file_name = ?", [name])
    return str(found)


def _replay(home: Home, submissions: list[str]) -> None:
    replay(home, submissions)
    release(home)


@pytest.mark.parametrize(("figures", "together"), [(PAIRS[0], True), (PAIRS[1], True), (PAIRS[1], False)])
def test_the_first_to_come_stands_and_the_later_one_is_told(
    home: Home, figures: tuple[int, int], together: bool
) -> None:
    _write(home, "a.xlsx", figures[0])
    if not together:
        take(home)
    _write(home, "b.xlsx", figures[1])
    take(home)
    assert query(home, STANDING) == FIRST_STANDS
    assert query(home, USED) == [(figures[0],)]
    found = query(home, "SELECT code, sheet, cell, found, expected FROM intake.finding WHERE severity = 'error'")
    sheet, cell = cover_cell(newest(), "revision")
    ((*told, expected),) = found
    assert told == ["S-REVISION-TAKEN", sheet, cell, "1"]
    assert _of(home, "a.xlsx") in str(expected)
    assert rebuild(home).different == []


def test_of_files_that_lay_in_the_inbox_together_the_older_one_came_first(home: Home) -> None:
    newer, older = _write(home, "a.xlsx", 40), _write(home, "b.xlsx", 50)
    for age, path in ((60, newer), (120, older)):
        os.utime(path, (path.stat().st_mtime - age,) * 2)
    take(home)
    assert query(home, STANDING) == FIRST_FELL


def test_a_higher_number_or_another_day_is_no_tie(home: Home) -> None:
    _write(home, "a.xlsx", 40)
    _write(home, "b.xlsx", 50)
    take(home)
    _write(home, "c.xlsx", 50, revision=2)
    take(home)
    assert query(home, STANDING) == [("a.xlsx", "accepted", False), FIRST_STANDS[1], ("c.xlsx", "accepted", True)]
    assert query(home, USED) == [(50,)]


@pytest.mark.parametrize("together", [True, False], ids=["one batch", "two batches"])
def test_one_that_is_rejected_takes_no_number(home: Home, together: bool) -> None:
    _write(home, "a.xlsx", 40, spoilt=True)
    if not together:
        take(home)
    _write(home, "b.xlsx", 50)
    _write(home, "c.xlsx", 60)
    take(home)
    assert query(home, STANDING) == [*FIRST_FELL, ("c.xlsx", "rejected", False)]
    assert query(home, "SELECT count(*) FROM intake.finding WHERE code = 'S-REVISION-TAKEN'") == [(1,)]
    assert query(home, "SELECT count(*) FROM core.fact_training") == [(1,)]


def test_where_the_first_one_falls_the_next_stands(home: Home) -> None:
    for name, attendees in (("a.xlsx", 40), ("b.xlsx", 50), ("c.xlsx", 60)):
        _write(home, name, attendees)
        take(home)
    replay(home, withdraw(home, _of(home, "a.xlsx"), "Gửi nhầm"))
    release(home)
    clear_inbox(home)
    write_receipts(home)
    assert query(home, STANDING) == [*FIRST_FELL, ("c.xlsx", "rejected", False)]
    assert query(home, USED) == [(50,)]
    assert query(home, "SELECT DISTINCT event FROM intake.event WHERE submission_id = ? AND event = 'replayed'",
                 [_of(home, "b.xlsx")]) == [("replayed",)]  # fmt: skip
    told = query(home, "SELECT expected FROM intake.finding WHERE code = 'S-REVISION-TAKEN'")
    assert [_of(home, "b.xlsx") in str(text) for (text,) in told] == [True], "the third is told who stands now"
    assert rebuild(home).different == []


@pytest.mark.parametrize("chosen", [["a.xlsx"], ["b.xlsx", "a.xlsx"]])
def test_judging_again_changes_nothing(home: Home, chosen: list[str]) -> None:
    for name, attendees in (("a.xlsx", 40), ("b.xlsx", 50)):
        _write(home, name, attendees)
        take(home)
    findings = "SELECT submission_id, code, expected FROM intake.finding ORDER BY ALL"
    before = query(home, findings)
    _replay(home, Chosen(submissions=[_of(home, name) for name in chosen]).ids(home))
    assert query(home, STANDING) == FIRST_STANDS
    assert query(home, findings) == before


def test_a_home_restored_from_its_archive_alone_keeps_the_order(home: Home) -> None:
    for name, attendees in (("a.xlsx", 40), ("b.xlsx", 50)):
        _write(home, name, attendees)
        take(home)
    before = query(home, USED)
    home.build.unlink()
    home.database.unlink()
    restore(home, Source.archive)
    assert query(home, USED) == before == [(40,)]


def test_a_check_says_it_before_it_is_sent(home: Home) -> None:
    _write(home, "a.xlsx", 40)
    take(home)
    (checked,) = check(home, [_write(home, "b.xlsx", 50)])
    assert (checked.verdict, [f["code"] for f in checked.findings]) == ("rejected", ["S-REVISION-TAKEN"])
