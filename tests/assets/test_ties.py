"""Two versions of one report with one number and one date: the first that could stand does, the later one is told why not.

What came in which batch is one home for all: a unit for each case, so that no case meets another.
"""

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
from tests.conftest import Make
from tests.support import clean_rows, copy_home, cover_cell, newest, put, query, report_of, take
from warehouse.damage import Source
from warehouse.home import Home

STANDING = (
    "SELECT split_part(file_name, '-', 2), verdict, is_current FROM intake.submission WHERE starts_with(file_name, ?) "
    "ORDER BY file_name"
)
ALL_STANDING = (
    "SELECT file_name, verdict, is_current FROM intake.submission WHERE form_code = 'BCDV' ORDER BY file_name"
)
USED = "SELECT DISTINCT attendee_count FROM core.fact_training WHERE is_current AND unit_id = ?"
ALL_USED = "SELECT DISTINCT unit_id, attendee_count FROM core.fact_training WHERE is_current ORDER BY ALL"
TAKEN = (
    "SELECT f.sheet, f.cell, f.found, f.expected FROM intake.finding f JOIN intake.submission s USING (submission_id) "
    "WHERE f.severity = 'error' AND f.code = 'S-REVISION-TAKEN' AND starts_with(s.file_name, ?) ORDER BY s.file_name"
)
FIRST_STANDS = [("a.xlsx", "accepted", True), ("b.xlsx", "rejected", False)]
FIRST_FELL = [("a.xlsx", "rejected", False), ("b.xlsx", "accepted", True)]

#: a unit for each case; which of two has the smaller hash must not matter: each pair once this way and once the other
TOGETHER, OTHERWISE, APART, OLDER, HIGHER, SPOILT, SPOILT_FIRST, THREE, ALONE = range(104, 113)


def _write(folder: Path, unit: int, name: str, attendees: int, spoilt: bool = False, **cover: object) -> Path:
    rows = clean_rows(2024)
    rows["training"] = [{**rows["training"][0], "attendee_count": attendees}]
    if spoilt:
        rows["training"][0]["session_count"] = "không rõ bao nhiêu"
    (path,) = put(folder, report_of(unit, "2024-Y", rows, cover))
    return path.rename(folder / f"{unit}-{name}.xlsx")


def _first_batch(inbox: Path) -> None:
    for unit, a, b in ((TOGETHER, 40, 50), (OTHERWISE, 50, 40), (HIGHER, 40, 50)):
        _write(inbox, unit, "a", a)
        _write(inbox, unit, "b", b)
    newer, older = _write(inbox, OLDER, "a", 40), _write(inbox, OLDER, "b", 50)
    for age, path in ((60, newer), (120, older)):
        os.utime(path, (path.stat().st_mtime - age,) * 2)
    for unit in (SPOILT, SPOILT_FIRST):
        _write(inbox, unit, "a", 40, spoilt=True)
    _write(inbox, SPOILT, "b", 50)
    _write(inbox, SPOILT, "c", 60)
    _write(inbox, APART, "a", 50)
    _write(inbox, THREE, "a", 40)
    _write(inbox, ALONE, "a", 40)


def _second_batch(inbox: Path) -> None:
    _write(inbox, APART, "b", 40)
    _write(inbox, THREE, "b", 50)
    _write(inbox, HIGHER, "c", 50, revision=2)
    _write(inbox, SPOILT_FIRST, "b", 50)
    _write(inbox, SPOILT_FIRST, "c", 60)


@pytest.fixture(scope="module")
def tied(registered: Home, once: Make) -> Home:
    """What came for all cases in three batches; read only."""

    def fill(folder: Path) -> None:
        home = copy_home(registered, folder)
        for put_all in (_first_batch, _second_batch, lambda inbox: _write(inbox, THREE, "c", 60)):
            put_all(home.inbox)
            take(home)

    return Home(once("tied", fill) / "home")


@pytest.fixture
def own(tied: Home, tmp_path: Path) -> Home:
    return copy_home(tied, tmp_path)


def _of(home: Home, unit: int, name: str) -> str:
    ((found,),) = query(
        home, "SELECT submission_id FROM intake.submission WHERE file_name = ?", [f"{unit}-{name}.xlsx"]
    )
    return str(found)


def _standing(home: Home, unit: int) -> list[tuple[object, ...]]:
    return query(home, STANDING, [f"{unit}-"])


def _replay(home: Home, submissions: list[str]) -> None:
    replay(home, submissions)
    release(home)


@pytest.mark.parametrize(("unit", "used"), [(TOGETHER, 40), (OTHERWISE, 50), (APART, 50)])
def test_the_first_to_come_stands_and_the_later_one_is_told(tied: Home, unit: int, used: int) -> None:
    assert _standing(tied, unit) == FIRST_STANDS
    assert query(tied, USED, [unit]) == [(used,)]
    ((*told, expected),) = query(tied, TAKEN, [f"{unit}-"])
    assert told == [*cover_cell(newest(), "revision"), "1"]
    assert _of(tied, unit, "a") in str(expected)


def test_nothing_else_is_wrong_with_the_later_ones(tied: Home) -> None:
    sql = (
        "SELECT s.file_name, f.code FROM intake.finding f JOIN intake.submission s USING (submission_id) "
        "WHERE f.severity = 'error' AND f.code <> 'S-REVISION-TAKEN' ORDER BY ALL"
    )
    assert query(tied, sql) == [(f"{unit}-a.xlsx", "V-COUNT") for unit in (SPOILT, SPOILT_FIRST)]


def test_made_again_from_the_archive_the_same_ones_stand(tied: Home) -> None:
    assert rebuild(tied).different == []


def test_of_files_that_lay_in_the_inbox_together_the_older_one_came_first(tied: Home) -> None:
    assert _standing(tied, OLDER) == FIRST_FELL


def test_a_higher_number_or_another_day_is_no_tie(tied: Home) -> None:
    assert _standing(tied, HIGHER) == [("a.xlsx", "accepted", False), FIRST_STANDS[1], ("c.xlsx", "accepted", True)]
    assert query(tied, USED, [HIGHER]) == [(50,)]


@pytest.mark.parametrize("unit", [SPOILT, SPOILT_FIRST], ids=["one batch", "two batches"])
def test_one_that_is_rejected_takes_no_number(tied: Home, unit: int) -> None:
    assert _standing(tied, unit) == [*FIRST_FELL, ("c.xlsx", "rejected", False)]
    assert len(query(tied, TAKEN, [f"{unit}-"])) == 1
    assert query(tied, "SELECT count(*) FROM core.fact_training WHERE unit_id = ?", [unit]) == [(1,)]


def test_where_the_first_one_falls_the_next_stands(own: Home) -> None:
    assert _standing(own, THREE) == [*FIRST_STANDS, ("c.xlsx", "rejected", False)]
    replay(own, withdraw(own, _of(own, THREE, "a"), "Gửi nhầm"))
    release(own)
    clear_inbox(own)
    write_receipts(own)
    assert _standing(own, THREE) == [*FIRST_FELL, ("c.xlsx", "rejected", False)]
    assert query(own, USED, [THREE]) == [(50,)]
    assert query(own, "SELECT DISTINCT event FROM intake.event WHERE submission_id = ? AND event = 'replayed'",
                 [_of(own, THREE, "b")]) == [("replayed",)]  # fmt: skip
    told = [str(expected) for *_, expected in query(own, TAKEN, [f"{THREE}-"])]
    assert [_of(own, THREE, "b") in text for text in told] == [True], "the third is told who stands now"
    assert rebuild(own).different == []


@pytest.mark.parametrize("chosen", [["a"], ["b", "a"]])
def test_judging_again_changes_nothing(own: Home, chosen: list[str]) -> None:
    findings = "SELECT submission_id, code, expected FROM intake.finding ORDER BY ALL"
    before = query(own, findings), query(own, ALL_STANDING)
    _replay(own, Chosen(submissions=[_of(own, APART, name) for name in chosen]).ids(own))
    assert (query(own, findings), query(own, ALL_STANDING)) == before


def test_a_home_restored_from_its_archive_alone_keeps_the_order(own: Home) -> None:
    before = query(own, ALL_USED)
    assert (APART, 50) in before
    own.build.unlink()
    own.database.unlink()
    restore(own, Source.archive)
    assert query(own, ALL_USED) == before


def test_a_check_says_it_before_it_is_sent(tied: Home, tmp_path: Path) -> None:
    (checked,) = check(tied, [_write(tmp_path, ALONE, "b", 50)])
    assert (checked.verdict, [f["code"] for f in checked.findings]) == ("rejected", ["S-REVISION-TAKEN"])
