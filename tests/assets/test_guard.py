"""A register that goes too far is held, says what it would come to, and is in force when an operator has confirmed it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from assets.check import check
from assets.confirm import confirm, waiting
from assets.ingest import _committed, clear_inbox, release, replay, take_confirmed
from assets.intake.archive import archive_path, loose_file
from assets.intake.notes import note_paths
from assets.judge_files import judge_files
from assets.rebuild import rebuild
from assets.receipt import write_receipts
from assets.restore import restore
from assets.sample.report import register_report
from assets.verify import verify
from orchestration.cli.main import app
from tests.conftest import Fresh, Make
from tests.support import (
    Rows,
    changed_register,
    clean_rows,
    copy_home,
    end_unit,
    put,
    query,
    report_of,
    take,
    take_and_answer,
)
from warehouse.catalog import writer_lock
from warehouse.damage import Source
from warehouse.guard import Limit
from warehouse.home import Home
from warehouse.judgement import Base, StaleJudgementError
from warehouse.senders import Senders

UNITS = (104, 105, 106, 107, 108, 109, 110, 111, 112, 113)
REPORTS = "SELECT count(*) FROM intake.submission WHERE form_code = 'BCDV' AND verdict = 'accepted'"
REGISTERS = "SELECT revision, verdict, is_current FROM intake.submission WHERE form_code = 'DMDV' ORDER BY revision"
HELD = [(1, "accepted", True), (2, "rejected", False)]
CONFIRMED = [(1, "accepted", False), (2, "accepted", True)]


def _ending(day: date, *units: int) -> Callable[[Rows], None]:
    """End these units; before the period that their reports are for, these are rejected."""

    def change(rows: Rows) -> None:
        for unit_id in units:
            end_unit(rows, unit_id, day)

    return change


AFTER, BEFORE = date(2025, 6, 30), date(2023, 6, 30)


@pytest.fixture
def reported(once: Make, fresh: Fresh, tmp_path: Path) -> Home:
    """Ten units of the sample register with a report each."""

    def fill(folder: Path) -> None:
        home = fresh(folder)
        put(home.inbox, register_report(), *(report_of(unit, "2024-Y", clean_rows(2024)) for unit in UNITS))
        take_and_answer(home)

    home = copy_home(Home(once("reported", fill)), tmp_path / "copy")
    assert query(home, REPORTS) == [(10,)]
    return home


def _held(home: Home) -> str:
    ((submission_id, _),) = waiting(home).items()
    return submission_id


def _confirmed(home: Home) -> None:
    take_confirmed(home, [_held(home)])
    release(home)
    clear_inbox(home)
    write_receipts(home)


@pytest.mark.parametrize(
    ("change", "lost", "ended"),
    [(_ending(BEFORE, *UNITS), 10, 10), (_ending(AFTER, 104, 105), 0, 2)],
    ids=["all reports", "two end"],
)
def test_a_register_that_goes_too_far_is_held_until_it_is_confirmed(
    reported: Home, change: Callable[[Rows], None], lost: int, ended: int
) -> None:
    put(reported.inbox, changed_register(change))
    take_and_answer(reported)
    assert query(reported, REGISTERS) == HELD
    assert query(reported, REPORTS) == [(10,)]
    ((code, found),) = query(reported, "SELECT code, found FROM intake.finding WHERE severity = 'error'")
    assert code == "S-REGISTER-HELD"
    assert f"{lost} trong 10 báo cáo" in found
    assert f"{ended} trong 10 đơn vị" in found
    assert rebuild(reported).different == []
    assert verify(reported).differences == []

    _confirmed(reported)
    assert query(reported, REGISTERS) == CONFIRMED
    assert query(reported, REPORTS) == [(10 - lost,)]
    assert waiting(reported) == {}
    assert query(reported, "SELECT code FROM intake.finding WHERE severity = 'info' AND code LIKE 'S-REG%'") == [
        ("S-REGISTER-CONFIRMED",)
    ]
    assert rebuild(reported).different == []


@pytest.mark.parametrize("change", [_ending(BEFORE, 104), _ending(AFTER, 104)], ids=["its report too", "only ended"])
def test_one_unit_is_no_question(reported: Home, change: Callable[[Rows], None]) -> None:
    put(reported.inbox, changed_register(change))
    take(reported)
    assert query(reported, REGISTERS) == CONFIRMED


def test_what_lies_in_the_inbox_beside_it_is_taken(reported: Home) -> None:
    put(reported.inbox, changed_register(_ending(AFTER, *UNITS)), report_of(114, "2024-Y", clean_rows(2024)))
    take(reported)
    assert query(reported, REGISTERS) == HELD
    assert query(reported, REPORTS) == [(11,)]


def test_a_judgement_that_is_stale_holds_nothing(reported: Home) -> None:
    """It has to be made again, and may come to less then: no note of it may stay."""
    (path,) = put(reported.inbox, changed_register(_ending(BEFORE, *UNITS)))
    file = loose_file(path, Senders())
    original = archive_path(reported.archive, file.sha256)
    original.parent.mkdir(exist_ok=True)
    path.rename(original)
    judgement = judge_files(reported, [replace(file, path=original)], batch_id="stale", second_opinion=False)
    assert judgement.held
    moved = replace(judgement, base=Base(0, 0))
    with writer_lock(reported), pytest.raises(StaleJudgementError):
        _committed(reported, moved)
    assert note_paths(reported.archive, [p.name for p in reported.archive.glob("??/*")]) == []


def test_the_register_after_it_is_judged_by_the_one_in_force(reported: Home) -> None:
    """The secretary mends it: nobody has to confirm anything any more."""
    put(reported.inbox, changed_register(_ending(AFTER, *UNITS)))
    take_and_answer(reported)
    put(reported.inbox, changed_register(_ending(AFTER, 104), revision=3))
    take_and_answer(reported)
    assert query(reported, REGISTERS) == [(1, "accepted", False), (2, "rejected", False), (3, "accepted", True)]
    assert waiting(reported) == {}


def test_of_two_in_one_batch_only_the_one_that_goes_too_far_is_held(reported: Home) -> None:
    put(reported.inbox, changed_register(_ending(AFTER, 104)), changed_register(_ending(AFTER, *UNITS), revision=3))
    take(reported)
    assert query(reported, REGISTERS) == [(1, "accepted", False), (2, "accepted", True), (3, "rejected", False)]
    assert waiting(reported)[_held(reported)] is not None


def test_a_check_says_it_and_notes_nothing(reported: Home) -> None:
    (path,) = put(reported.inbox, changed_register(_ending(BEFORE, *UNITS)))
    (checked,) = check(reported, [path])
    assert (checked.verdict, [f["code"] for f in checked.findings]) == ("rejected", ["S-REGISTER-HELD"])
    assert note_paths(reported.archive, [p.name for p in reported.archive.glob("??/*")]) == []


def test_the_first_register_is_not_asked_about(empty: Home) -> None:
    put(empty.inbox, register_report())
    take(empty)
    assert query(empty, "SELECT verdict FROM intake.submission") == [("accepted",)]


def test_judged_again_it_stays_held_and_a_restored_home_knows_what_was_confirmed(reported: Home) -> None:
    put(reported.inbox, changed_register(_ending(BEFORE, 104, 105)))
    take_and_answer(reported)
    replay(reported, [_held(reported)])
    release(reported)
    assert query(reported, REGISTERS) == HELD
    _confirmed(reported)
    for path in (reported.build, reported.database):
        path.unlink()
    restore(reported, Source.archive)
    assert query(reported, REGISTERS) == CONFIRMED
    assert query(reported, REPORTS) == [(8,)]


def test_what_a_register_leaves_out_can_be_confirmed_too(reported: Home) -> None:
    """A row that was wrong from the beginning: nothing but a confirmation takes it out."""

    def change(rows: Rows) -> None:
        rows["unit_alias"].pop(0)

    put(reported.inbox, changed_register(change))
    take_and_answer(reported)
    assert query(reported, "SELECT code FROM intake.finding WHERE severity = 'error'") == [("R-ALIAS-LOST",)]
    _confirmed(reported)
    assert query(reported, REGISTERS) == CONFIRMED
    assert rebuild(reported).different == []


def test_only_what_waits_can_be_confirmed(reported: Home) -> None:
    with pytest.raises(LookupError, match="no register waits"):
        confirm(reported, ["0" * 16])
    ((report,),) = query(reported, "SELECT min(submission_id) FROM intake.submission WHERE form_code = 'BCDV'")
    with pytest.raises(LookupError, match="no register that waits"):
        confirm(reported, [report])


def test_the_command_says_what_it_would_come_to_and_confirms(reported: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DANVAN_HOME", str(reported.root))
    put(reported.inbox, changed_register(_ending(BEFORE, 104, 105)))
    told = CliRunner().invoke(app, ["ingest"])
    register = _held(reported)
    assert told.exit_code == 3
    assert f"danvan ingest --confirm {register}" in told.stderr
    assert "reject 2 of 10 accepted reports and end 2 of 10 units" in " ".join(told.stderr.split())
    done = CliRunner().invoke(app, ["ingest", "--confirm", register])
    assert "is held" not in done.stderr
    assert query(reported, REGISTERS) == CONFIRMED


@pytest.mark.parametrize(("lost", "of", "passed"), [(1, 10, False), (2, 10, True), (2, 100, False), (3, 100, True)])
def test_a_limit_is_a_share_and_a_least_number(lost: int, of: int, passed: bool) -> None:
    assert Limit(percent=2, least=2).is_passed(lost, of) is passed
