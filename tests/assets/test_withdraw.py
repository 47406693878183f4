"""A version that an operator took back: the one below stands again, and stays so however the home is made again."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from assets.ingest import Chosen, clear_inbox, release, replay
from assets.intake.archive import archive_path, archived_hashes
from assets.intake.notes import note_paths
from assets.rebuild import rebuild
from assets.receipt import write_receipts
from assets.restore import restore
from assets.sample.register import register_rows
from assets.sample.report import register_report
from assets.verify import verify
from assets.withdraw import withdraw
from tests.conftest import Fresh, Make
from tests.support import clean_rows, copy_home, put, query, report_of, take, take_and_answer
from warehouse.damage import Source
from warehouse.home import Home

STANDING = "SELECT revision, verdict, is_current FROM intake.submission WHERE form_code = 'BCDV' ORDER BY revision"
FACTS = "SELECT attendee_count, is_current FROM core.fact_training ORDER BY ALL"
MART = "SELECT attendee_count FROM mart.training_by_unit WHERE unit_id = 104 AND year = 2024"
BACK = [(1, "accepted", True), (99, "rejected", False)]


def _send(home: Home, revision: int, attendees: int) -> None:
    rows = clean_rows(2024)
    rows["training"][0]["attendee_count"] = attendees
    put(home.inbox, report_of(104, "2024-Y", rows, {"revision": revision}))
    take_and_answer(home)


def _of(home: Home, revision: int) -> str:
    ((found,),) = query(
        home, f"SELECT submission_id FROM intake.submission WHERE revision = {revision} AND unit_code = 'DV004'"
    )
    return str(found)


def _withdraw(home: Home, submission_id: str, reason: str = "Ghi nhầm lần gửi 99") -> None:
    replay(home, withdraw(home, submission_id, reason))
    release(home)
    clear_inbox(home)
    write_receipts(home)


@pytest.fixture(scope="module")
def muted(registered: Home, once: Make) -> Home:
    """A unit's first report, and one with revision 99 over it; read only."""

    def fill(folder: Path) -> None:
        home = copy_home(registered, folder)
        _send(home, 1, 40)
        _send(home, 99, 50)

    home = Home(once("muted", fill) / "home")
    assert query(home, STANDING) == [(1, "accepted", False), (99, "accepted", True)]
    return home


@pytest.fixture(scope="module")
def back(muted: Home, once: Make) -> Home:
    """The same, revision 99 withdrawn; read only."""

    def fill(folder: Path) -> None:
        home = copy_home(muted, folder)
        _withdraw(home, _of(home, 99))

    return Home(once("back", fill) / "home")


def test_the_version_below_stands_again_and_marts_follow(muted: Home, back: Home, tmp_path: Path) -> None:
    assert query(muted, MART) == [(50,)]
    assert query(back, STANDING) == BACK
    assert query(back, FACTS) == [(40, True)]
    assert query(back, MART) == [(40,)]
    home = copy_home(back, tmp_path)
    _send(home, 2, 45)
    assert query(home, MART) == [(45,)], "the unit is heard again"
    assert rebuild(home).different == []


def test_its_receipt_says_so_with_the_reason_and_the_version_that_is_used(back: Home) -> None:
    first, last = _of(back, 1), _of(back, 99)
    receipt = json.loads((back.receipts / f"{last}.json").read_bytes())
    assert (receipt["verdict"], receipt["used_submission_id"], receipt["used_revision"]) == ("rejected", first, 1)
    (finding,) = [f for f in receipt["findings"] if f["code"] == "S-WITHDRAWN"]
    assert (finding["found"], finding["cell"]) == ("Ghi nhầm lần gửi 99", "B18")
    assert (
        "TRẢ LẠI - cấp trên đã bỏ bản này, số liệu của nó không được dùng; đang dùng bản Lần gửi 1, báo cáo ngày "
        f"05/01/2025 (mã bản gửi {first})"
    ) in (back.receipts / f"{last}.html").read_text(encoding="utf-8")
    assert json.loads((back.receipts / f"{first}.json").read_bytes())["used_submission_id"] is None
    assert verify(back).differences == []


def test_the_ledger_keeps_what_stood_before(muted: Home, back: Home) -> None:
    last = _of(muted, 99)
    ((before,),) = query(muted, "SELECT max(batch_no) FROM intake.batch")
    events = query(back, f"SELECT event FROM intake.event WHERE submission_id = '{last}' ORDER BY event_id")
    assert [e for (e,) in events] == ["received", "read", "accepted", "replayed", "read", "withdrawn", "rejected"]
    verdicts = query(back, f"SELECT verdict FROM intake.judgement WHERE submission_id = '{last}' ORDER BY batch_no")
    assert verdicts == [("accepted",), ("rejected",)]
    then = query(back, f"SELECT attendee_count, is_current FROM core.fact_training_as_of({before}) ORDER BY ALL")
    assert then == [(40, False), (50, True)]


def test_it_stays_withdrawn_in_a_replay_a_resend_a_rebuild_and_a_restore_from_the_archive_alone(
    back: Home, fresh: Fresh, tmp_path: Path
) -> None:
    home = copy_home(back, tmp_path)
    (sha256,) = [name for name in archived_hashes(home.archive) if name.startswith(_of(home, 99))]
    original = archive_path(home.archive, sha256).read_bytes()
    replay(home, Chosen(years=[2024]).ids(home))
    assert query(home, STANDING) == BACK
    (home.inbox / "lai.xlsx").write_bytes(original)
    assert take(home).duplicates == 1
    assert query(home, STANDING) == BACK
    assert rebuild(home).different == []
    new = fresh(tmp_path / "new")
    shutil.copytree(home.archive, new.archive, dirs_exist_ok=True)
    restore(new, Source.archive)
    assert query(new, STANDING) == BACK


def test_the_only_version_leaves_a_gap_that_the_unit_can_fill(home: Home) -> None:
    _send(home, 99, 50)
    _withdraw(home, _of(home, 99))
    assert query(home, FACTS) == []
    assert query(home, "SELECT timeliness FROM mart.completeness WHERE unit_id = 104 AND year = 2024") == [
        ("rejected",)
    ]
    _send(home, 1, 40)
    assert query(home, FACTS) == [(40, True)]


def test_a_register_that_is_withdrawn_gives_way_to_the_one_before(home: Home) -> None:
    rows = register_rows()
    rows["unit"] = [{**r, "unit_name": "Tên sai"} if r["unit_id"] == 104 else r for r in rows["unit"]]
    put(home.inbox, replace(register_report(), rows=rows, cover={**register_report().cover, "revision": 99}))
    take_and_answer(home)
    names = "SELECT DISTINCT unit_name FROM core.dim_unit WHERE unit_id = 104"
    assert query(home, names) == [("Tên sai",)]
    ((wrong,),) = query(home, "SELECT submission_id FROM intake.submission WHERE revision = 99")
    _withdraw(home, wrong)
    assert query(home, names) == [("Công ty Điện lực tỉnh",)]
    assert rebuild(home).different == []


def test_what_cannot_be_withdrawn_is_said_and_a_second_time_changes_nothing(
    muted: Home, back: Home, tmp_path: Path
) -> None:
    last, sent = _of(muted, 99), copy_home(muted, tmp_path / "sent")
    with pytest.raises(LookupError, match="no accepted submission 0000000000000000"):
        withdraw(sent, "0000000000000000", "nhầm")
    with pytest.raises(ValueError, match="reason"):
        withdraw(sent, last, "  ")
    assert note_paths(sent.archive, [p.name for p in sent.archive.glob("*/*")]) == []
    home = copy_home(back, tmp_path)
    _withdraw(home, last, "lý do khác")
    assert query(home, "SELECT found FROM intake.finding WHERE code = 'S-WITHDRAWN'") == [("Ghi nhầm lần gửi 99",)]
    (note,) = note_paths(home.archive, [p.name for p in home.archive.glob("*/*")])
    note.unlink()
    assert "the note of its withdrawal is missing" in " ".join(d.found for d in verify(home).differences)
