"""Folders of the inbox that speak for a unit: what is quarantined, by whichever way it comes in, and stays so when it is judged again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from assets.ingest import replay
from assets.intake.notes import note_paths
from assets.rebuild import rebuild
from assets.restore import restore
from assets.sample.report import Report
from assets.verify import verify
from tests.support import clean_rows, copy_home, put, put_register, query, report_of, take
from warehouse.check import DeclarationError
from warehouse.damage import ArchiveDamagedError, Source
from warehouse.home import Home
from warehouse.senders import Folders, Senders, senders_of, set_senders

STATES = (
    "SELECT unit_code, sender_code, sender_state, verdict FROM intake.submission WHERE form_code = 'BCDV' ORDER BY ALL"
)
OTHER, UNKNOWN, NONE = "S-FOLDER-OTHER", "S-FOLDER-UNKNOWN", "S-FOLDER-NONE"


def _ask(home: Home, folders: Folders) -> None:
    set_senders(home, Senders(folders))


def _report(unit_id: int = 104, period: str = "2024-Y") -> Report:
    return report_of(unit_id, period, clean_rows(int(period[:4])))


def _put(home: Home, folder: str, report: Report) -> None:
    """Let a report arrive right in a folder of the inbox."""
    (path,) = put(home.root / "stock", report)
    (home.inbox / folder).mkdir(parents=True, exist_ok=True)
    path.rename(home.inbox / folder / path.name)


#: by what is asked: the folder through which each report comes, whose it is, and the fault
COMING: dict[Folders, list[tuple[str, tuple[int, str], str | None]]] = {
    "shared": [("DV105", (104, "2024-Y"), None)],
    "unit": [
        ("", (104, "2024-Y"), None),
        ("DV004", (104, "2023-Y"), None),
        ("dv004/2024/quý 4", (104, "2022-Y"), None),
        ("KHOI", (104, "2021-Y"), None),  # the bloc that the unit belonged to
        ("DUUB", (104, "2020-Y"), None),  # the committee that took it over before the report arrived
        ("DUCQ", (104, "2019-Y"), OTHER),  # another committee
        ("DV005", (104, "2018-Y"), OTHER),
        ("DV0004", (104, "2017-Y"), UNKNOWN),
        ("DV046", (118, "2016-Y"), None),  # the unit that it was merged into
        ("DV047", (118, "2015-Y"), OTHER),
    ],
    "unit_only": [("", (104, "2024-Y"), NONE), ("DV004", (104, "2023-Y"), None)],
}


@pytest.mark.parametrize("folders", COMING)
def test_a_folder_speaks_for_its_unit_those_below_and_those_it_succeeded(home: Home, folders: Folders) -> None:
    _ask(home, folders)
    for folder, of, _ in COMING[folders]:
        _put(home, folder, _report(*of))
    take(home)
    sql = (
        "SELECT s.unit_id, s.period_id, f.code, s.verdict, EXISTS (FROM core.fact_training t WHERE t.submission_id = s.submission_id) "
        "FROM intake.submission s LEFT JOIN intake.finding f ON f.submission_id = s.submission_id AND f.code LIKE 'S-FOLDER%' "
        "WHERE s.form_code = 'BCDV'"
    )
    assert {(unit, period): told for unit, period, *told in query(home, sql)} == {
        of: [code, "rejected" if code else "accepted", code is None] for _, of, code in COMING[folders]
    }
    assert [p for p in home.inbox.rglob("*") if p.is_file()] == [], "what is quarantined lies in the archive"
    assert rebuild(home).different == []


def test_the_finding_says_whose_folder_it_is_and_how_to_mend(home: Home) -> None:
    _ask(home, "unit")
    _put(home, "DV005", _report())
    take(home)
    ((sheet, cell, found, expected, remedy),) = query(
        home, f"SELECT sheet, cell, found, expected, remedy FROM intake.finding WHERE code = '{OTHER}'"
    )
    assert (sheet, cell) == ("Thông tin chung", "B13")
    assert found == "Thư mục DV005 - DV004 (Công ty Điện lực tỉnh)"
    assert expected.startswith("Thư mục DV005 chỉ nhận tệp của ")
    assert expected.endswith("tệp của DV004 gửi vào thư mục DV004 hoặc của cấp trên")
    assert "gửi lại chính tệp này vào thư mục của đơn vị" in remedy


@pytest.mark.parametrize("order", [("DV005", "DV004"), ("DV004", "DV005")])
@pytest.mark.parametrize("at_once", [True, False])
def test_the_same_bytes_through_another_folder_neither_harm_nor_help(
    home: Home, order: Sequence[str], at_once: bool
) -> None:
    _ask(home, "unit")
    for folder in order:
        _put(home, folder, _report())
        if not at_once:
            take(home)
    if at_once:
        take(home)
    assert query(home, STATES) == [("DV004", "DV004", "own", "accepted")]
    first = query(home, STATES)
    replay(home, [row[0] for row in query(home, "SELECT submission_id FROM intake.submission")])
    assert query(home, STATES) == first
    assert query(home, "SELECT sender_code, sender_state FROM intake.arrival ORDER BY ALL") == [
        ("DV004", "own"), ("DV005", "other")]  # fmt: skip
    assert rebuild(home).different == []


def test_what_was_asked_when_a_file_came_is_remembered(home: Home, tmp_path: Path) -> None:
    put(home.inbox / "DV005", _report())  # nothing is asked yet
    take(home)
    _ask(home, "unit_only")
    _put(home, "DV005", _report(106))
    _put(home, "", _report(107))
    take(home)
    expected = [
        ("DV004", None, None, "accepted"),
        ("DV006", "DV005", "other", "rejected"),
        ("DV007", None, "nobody", "rejected"),
    ]
    assert query(home, STATES) == expected
    _ask(home, "shared")
    replay(
        home, [row[0] for row in query(home, "SELECT submission_id FROM intake.submission WHERE form_code = 'BCDV'")]
    )
    assert query(home, STATES) == expected
    assert rebuild(home).different == []
    new = Home(tmp_path / "new")  # nothing but the archive is left
    new.create()
    copied = copy_home(home, tmp_path / "copied")
    copied.archive.rename(tmp_path / "archive")
    new.archive.rmdir()
    (tmp_path / "archive").rename(new.archive)
    restore(new, Source.archive)
    assert query(new, STATES) == expected


def test_known_bytes_that_come_when_more_is_asked_stay_accepted(home: Home) -> None:
    _put(home, "", _report())
    take(home)
    _ask(home, "unit_only")
    _put(home, "DV005", _report())
    assert take(home).duplicates == 1
    replay(home, [row[0] for row in query(home, "SELECT submission_id FROM intake.submission")])
    assert query(home, STATES) == [("DV004", None, None, "accepted")]


def test_a_first_register_may_come_through_the_folder_of_its_sender(empty: Home) -> None:
    _ask(empty, "unit_only")
    path = put_register(empty.root / "stock")
    (empty.inbox / "KHOI").mkdir()
    path.rename(empty.inbox / "KHOI" / path.name)
    _put(empty, "DV004", _report())
    _put(empty, "DV005", _report(106))
    result = take(empty)
    assert (len(result.accepted), len(result.rejected)) == (2, 1)
    assert rebuild(empty).different == []


def _damaged(home: Home) -> list[str]:
    return [f"{d.place}: {d.found}" for d in verify(home).differences if d.code == "HOME-ARCHIVE-DAMAGED"]


def test_a_damaged_or_missing_note_is_named_and_nothing_is_judged_by_it(home: Home) -> None:
    _ask(home, "unit")
    _put(home, "DV005", _report())
    take(home)
    (note,) = note_paths(home.archive, [p.name for p in home.archive.glob("*/*")])
    content = note.read_bytes()
    note.chmod(0o640)
    note.write_bytes(content.replace(b"DV005", b"DV004"))
    assert f"{note}: changed" in _damaged(home)
    with pytest.raises(ArchiveDamagedError, match="came"):
        rebuild(home)
    note.unlink()
    assert len(_damaged(home)) == 1
    note.write_bytes(content)
    assert _damaged(home) == []


def test_a_setting_that_is_none_takes_nothing(home: Home) -> None:
    assert senders_of(home) == Senders("shared")
    home.senders.write_text("inbox_folders: strict\n", encoding="utf-8")
    _put(home, "", _report())
    with pytest.raises(DeclarationError, match=r"senders.yaml:1: inbox_folders: found 'strict'; allowed: shared, unit"):
        take(home)
    assert len([p for p in home.inbox.rglob("*") if p.is_file()]) == 1
