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
FINDINGS = "SELECT severity, code, found FROM intake.finding WHERE submission_id = ?"
ERRORS = f"SELECT code, found FROM ({FINDINGS}) WHERE severity = 'error'"
CONFIRMED = [(1, "accepted", False), (2, "accepted", True)]


def _ending(day: date, *units: int) -> Callable[[Rows], None]:
    """End these units; before the period that their reports are for, these are rejected."""

    def change(rows: Rows) -> None:
        for unit_id in units:
            end_unit(rows, unit_id, day)

    return change


AFTER, BEFORE = date(2025, 6, 30), date(2023, 6, 30)


#: registers that came after the first in one batch, by revision, with the reports that are left when each is in force
LEAVES_OUT, TWO_END, ALL_END = 2, 3, 4
LEFT = {LEAVES_OUT: 10, TWO_END: 10, ALL_END: 0}


def _leaves_out(rows: Rows) -> None:
    """A row that was wrong from the beginning: nothing but a confirmation takes it out."""
    rows["unit_alias"].pop(0)


@pytest.fixture(scope="module")
def ten(once: Make, fresh: Fresh) -> Home:
    """Ten units of the sample register with a report each; read only."""

    def fill(folder: Path) -> None:
        home = fresh(folder)
        put(home.inbox, register_report(), *(report_of(unit, "2024-Y", clean_rows(2024)) for unit in UNITS))
        take_and_answer(home)

    home = Home(once("reported", fill))
    assert query(home, REPORTS) == [(10,)]
    return home


@pytest.fixture
def reported(ten: Home, tmp_path: Path) -> Home:
    """Those ten, to be written."""
    return copy_home(ten, tmp_path / "copy")


@pytest.fixture(scope="module")
def held(ten: Home, once: Make) -> Home:
    """Three registers that wait for a confirmation beside those ten; read only."""

    def fill(folder: Path) -> None:
        home = copy_home(ten, folder)
        changes = {LEAVES_OUT: _leaves_out, TWO_END: _ending(AFTER, 104, 105), ALL_END: _ending(BEFORE, *UNITS)}
        put(home.inbox, *(changed_register(change, revision) for revision, change in changes.items()))
        take_and_answer(home)

    return Home(once("held", fill) / "home")


def _of(home: Home, revision: int) -> str:
    sql = f"SELECT submission_id FROM intake.submission WHERE form_code = 'DMDV' AND revision = {revision}"
    return str(query(home, sql)[0][0])


def _held(home: Home) -> str:
    ((submission_id, _),) = waiting(home).items()
    return submission_id


def _confirmed(home: Home, submission_id: str) -> None:
    take_confirmed(home, [submission_id])
    release(home)
    clear_inbox(home)
    write_receipts(home)


def _in_force(revision: int) -> list[tuple[int, str, bool]]:
    """The registers when those up to a revision were confirmed."""
    return [(n, "accepted" if n <= revision else "rejected", n == revision) for n in (1, *LEFT)]


@pytest.mark.parametrize(
    ("revision", "lost", "ended"), [(ALL_END, 10, 10), (TWO_END, 0, 2)], ids=["all reports", "two end"]
)
def test_a_register_that_goes_too_far_is_held(held: Home, revision: int, lost: int, ended: int) -> None:
    assert query(held, REGISTERS) == _in_force(1)
    assert query(held, REPORTS) == [(10,)]
    ((code, found),) = query(held, ERRORS, [_of(held, revision)])
    assert code == "S-REGISTER-HELD"
    assert f"{lost} trong 10 báo cáo" in found
    assert f"{ended} trong 10 đơn vị" in found


def test_what_a_register_leaves_out_waits_too(held: Home) -> None:
    assert [code for code, _ in query(held, ERRORS, [_of(held, LEAVES_OUT)])] == ["R-ALIAS-LOST"]
    assert set(waiting(held)) == {_of(held, revision) for revision in LEFT}


def test_a_home_with_registers_that_are_held_is_well_and_made_again_alike(held: Home) -> None:
    assert rebuild(held).different == []
    assert verify(held).differences == []


def test_what_was_confirmed_is_in_force_and_a_home_made_again_knows_it(held: Home, tmp_path: Path) -> None:
    """One after the other; judged again without a confirmation, one stays held."""
    home = copy_home(held, tmp_path)
    replay(home, [_of(home, ALL_END)])
    release(home)
    assert query(home, REGISTERS) == _in_force(1)
    for revision, reports in LEFT.items():
        _confirmed(home, _of(home, revision))
        assert query(home, REGISTERS) == _in_force(revision)
        assert query(home, REPORTS) == [(reports,)]
        assert set(waiting(home)) == {_of(home, later) for later in LEFT if later > revision}
        told = f"SELECT code FROM ({FINDINGS}) WHERE severity = 'info' AND code LIKE 'S-REG%'"
        assert query(home, told, [_of(home, revision)]) == [("S-REGISTER-CONFIRMED",)]
    assert rebuild(home).different == []
    for path in (home.build, home.database):
        path.unlink()
    restore(home, Source.archive)
    assert query(home, REGISTERS) == _in_force(ALL_END)
    assert query(home, REPORTS) == [(0,)]


def test_only_what_goes_too_far_is_held_and_the_next_is_judged_by_the_one_in_force(reported: Home) -> None:
    """One unit is no question, nor is its report; what lies in the inbox beside them is taken."""
    far = changed_register(_ending(AFTER, *UNITS), 3)
    put(reported.inbox, changed_register(_ending(AFTER, 104)), far, report_of(114, "2024-Y", clean_rows(2024)))
    take_and_answer(reported)
    assert query(reported, REGISTERS) == [(1, "accepted", False), (2, "accepted", True), (3, "rejected", False)]
    assert query(reported, REPORTS) == [(11,)]
    assert waiting(reported)[_held(reported)] is not None

    def mended(rows: Rows) -> None:
        _ending(AFTER, 104)(rows)
        _ending(BEFORE, 105)(rows)

    put(reported.inbox, changed_register(mended, 4))
    take_and_answer(reported)
    assert query(reported, REGISTERS)[1:] == [(2, "accepted", False), (3, "rejected", False), (4, "accepted", True)]
    assert query(reported, REPORTS) == [(10,)]
    assert waiting(reported) == {}, "nobody has to confirm anything any more"


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


def test_a_check_says_it_and_notes_nothing(reported: Home) -> None:
    (path,) = put(reported.inbox, changed_register(_ending(BEFORE, *UNITS)))
    (checked,) = check(reported, [path])
    assert (checked.verdict, [f["code"] for f in checked.findings]) == ("rejected", ["S-REGISTER-HELD"])
    assert note_paths(reported.archive, [p.name for p in reported.archive.glob("??/*")]) == []


def test_the_first_register_is_not_asked_about(registered: Home) -> None:
    assert query(registered, "SELECT verdict FROM intake.submission") == [("accepted",)]


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
