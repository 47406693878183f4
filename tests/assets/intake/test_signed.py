"""Signed submissions: each fault under its own code, by the key that the register knew on the day of arrival; and no replay."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import openpyxl
import pytest

from assets.check import check
from assets.ingest import replay
from assets.rebuild import rebuild
from assets.restore import restore
from assets.sample.files import write_report
from assets.sample.report import Report, register_report
from assets.verify import verify
from tests.conftest import Fresh, Make
from tests.signing import Key, register_with_keys
from tests.support import clean_rows, copy_home, put, query, report_of, take
from warehouse.clock import today
from warehouse.damage import Source
from warehouse.home import Home
from warehouse.senders import Senders, Signatures, set_senders

OWN, BLOC, OTHER, OLD, NEXT, NOBODYS, SENDER = map(Key, range(1, 8))
BEGIN = date(2020, 1, 1)
YESTERDAY, TOMORROW = today() - timedelta(days=1), today() + timedelta(days=1)
KEYS = (
    (104, OWN, BEGIN, None), (1, BLOC, BEGIN, None), (105, OTHER, BEGIN, None), (104, OLD, BEGIN, YESTERDAY),
    (104, NEXT, TOMORROW, None),
)  # fmt: skip
STANDING = "SELECT revision, verdict, is_current FROM intake.submission WHERE form_code = 'BCDV' ORDER BY ALL"
ALL = "SELECT submission_id FROM intake.submission"


@pytest.fixture
def keyed(once: Make, registered: Home, tmp_path: Path) -> Home:
    """A home whose register has keys, and that requires signatures since."""

    def fill(folder: Path) -> None:
        home = copy_home(registered, folder)
        write_report(home.inbox, register_with_keys(*KEYS), seed=1)
        assert take(home).rejected == []
        _ask(home, "require")

    return copy_home(Home(once("with-keys", fill) / "home"), tmp_path)


def _ask(home: Home, signatures: Signatures) -> None:
    set_senders(home, Senders(signatures=signatures))


def _report(revision: int = 1, attendees: int = 40) -> Report:
    rows = clean_rows(2024)
    rows["training"][0]["attendee_count"] = attendees
    return report_of(104, "2024-Y", rows, {"revision": revision})


def _send(home: Home, report: Report, key: Key | None) -> Path:
    """Let a report arrive right in the inbox, with a signature or without; return where."""
    (made,) = put(home.root / "stock", report)
    path = home.inbox / f"{len(list(home.inbox.iterdir()))}-{made.name}"
    made.rename(path)
    if key:
        key.sign(path)
    return path


def _as_it_is(_: Path) -> None:
    pass


#: who signs the report of each year, what is done to it afterwards, and the fault
SIGNED: dict[int, tuple[Key | None, Callable[[Path], object], str | None]] = {
    2017: (OWN, _as_it_is, None),
    2018: (BLOC, _as_it_is, None),  # the superior body signs for the units below it
    2019: (None, _as_it_is, "S-SIGNATURE-MISSING"),
    2020: (OWN, lambda p: p.with_name(f"{p.name}.sig").write_text("chữ ký"), "S-SIGNATURE-WRONG"),
    2021: (NOBODYS, _as_it_is, "S-SIGNATURE-UNKNOWN"),
    2022: (OTHER, _as_it_is, "S-SIGNATURE-OTHER"),
    2023: (OLD, _as_it_is, "S-SIGNATURE-EXPIRED"),
    2024: (NEXT, _as_it_is, "S-SIGNATURE-EXPIRED"),
}


@pytest.mark.parametrize("policy", ["off", "warn", "require"])
def test_each_fault_has_its_code_and_the_policy_says_what_it_does(keyed: Home, policy: Signatures) -> None:
    _ask(keyed, policy)
    for year, (key, spoil, _) in SIGNED.items():
        spoil(_send(keyed, report_of(104, f"{year}-Y", clean_rows(year)), key))
    take(keyed)
    severity = {"warn": "warning", "require": "error"}.get(policy)
    faults = {year: code for year, (_, _, code) in SIGNED.items() if code and severity}
    sql = "SELECT s.year, f.code, f.severity FROM intake.finding f JOIN intake.submission s USING (submission_id) WHERE f.code LIKE 'S-SIGNATURE%'"
    assert {year: told for year, *told in query(keyed, sql)} == {y: [code, severity] for y, code in faults.items()}
    rejected = query(
        keyed, "SELECT year FROM intake.submission WHERE form_code = 'BCDV' AND verdict = 'rejected' ORDER BY year"
    )
    assert [y for (y,) in rejected] == (list(faults) if severity == "error" else [])
    assert [p for p in keyed.inbox.rglob("*") if p.is_file()] == [], "the signature is taken away with its file"
    assert rebuild(keyed).different == []


def test_findings_say_whose_key_it_is_what_is_wrong_and_how_to_mend(keyed: Home) -> None:
    for n, key in enumerate((OTHER, OLD), start=1):
        _send(keyed, _report(n), key)
    take(keyed)
    told = query(
        keyed, "SELECT sheet, cell, found, expected FROM intake.finding WHERE code LIKE 'S-SIG%' ORDER BY code"
    )
    assert told == [
        ("Thông tin chung", "B13", f"khóa ...{OLD.public[-12:]}", f"Khóa này có hiệu lực từ 01/01/2020 đến {YESTERDAY:%d/%m/%Y}"),
        ("Thông tin chung", "B13", f"khóa ...{OTHER.public[-12:]}", "Khóa của DV004 hoặc của cấp trên; khóa này là của DV005"),
    ]  # fmt: skip


def test_a_file_that_came_without_its_signature_is_accepted_when_both_are_sent(keyed: Home) -> None:
    path = _send(keyed, _report(), None)
    content = path.read_bytes()
    assert len(take(keyed).rejected) == 1
    path.write_bytes(content)
    OWN.sign(path)
    assert len(take(keyed).accepted) == 1
    path.write_bytes(content)
    assert take(keyed).rejected == [], "and again without one: nothing is lost by it"
    assert query(keyed, STANDING) == [(1, "accepted", True)]
    replay(keyed, [row[0] for row in query(keyed, ALL)])
    assert query(keyed, STANDING) == [(1, "accepted", True)]
    assert rebuild(keyed).different == []


def test_a_signature_alone_waits_and_is_archived_beside_the_original_when_it_comes(keyed: Home) -> None:
    path = _send(keyed, _report(), OWN)
    signature, content = path.with_name(f"{path.name}.sig"), path.read_bytes()
    signed = signature.read_bytes()
    path.unlink()
    assert take(keyed).files == 0
    assert signature.exists()
    path.write_bytes(content)
    assert len(take(keyed).accepted) == 1
    assert not signature.exists()
    ((sha256,),) = query(keyed, "SELECT sha256 FROM intake.submission WHERE form_code = 'BCDV'")
    (kept,) = keyed.archive.glob(f"{sha256[:2]}/{sha256}.sig-*")
    assert kept.read_bytes() == signed
    events = query(keyed, f"SELECT event FROM intake.event WHERE submission_id = '{sha256[:16]}' ORDER BY event_id")
    assert [e for (e,) in events] == ["received", "signed", "read", "accepted"]


def test_an_old_signed_version_that_is_sent_again_never_stands(keyed: Home) -> None:
    first = _send(keyed, _report(1, 41), OWN)
    captured = [(p.name, p.read_bytes()) for p in (first, first.with_name(f"{first.name}.sig"))]
    take(keyed)
    _send(keyed, _report(2, 42), OWN)
    take(keyed)
    for name, content in captured:
        (keyed.inbox / name).write_bytes(content)
    assert take(keyed).duplicates == 1, "these bytes were seen before"
    _send(keyed, _report(1, 43), OWN)  # signed once and never sent: a lower number
    _send(keyed, _report(2, 44), OWN)  # an equal number, dated alike; with another hash
    take(keyed)
    facts = query(keyed, "SELECT attendee_count FROM core.fact_training WHERE is_current")
    assert facts == [(42,)]
    assert query(keyed, "SELECT count(*) FROM intake.submission WHERE is_current AND form_code = 'BCDV'") == [(1,)]
    replay(keyed, [row[0] for row in query(keyed, ALL)])
    assert query(keyed, "SELECT attendee_count FROM core.fact_training WHERE is_current") == facts
    assert rebuild(keyed).different == []


def test_of_one_number_that_was_signed_twice_the_first_to_come_stands(keyed: Home) -> None:
    """Whatever the hashes of the two are."""
    first = dict(zip(SIGNED, range(42, 50), strict=True))
    for of_year in (first, dict.fromkeys(SIGNED, 41)):
        for year, attendees in of_year.items():
            rows = clean_rows(year)
            rows["training"][0]["attendee_count"] = attendees
            _send(keyed, report_of(104, f"{year}-Y", rows), OWN)
        take(keyed)
    assert dict(query(keyed, "SELECT year, attendee_count FROM core.fact_training WHERE is_current")) == first


def test_a_register_that_brings_the_key_judges_again_what_it_signed(keyed: Home, fresh: Fresh, tmp_path: Path) -> None:
    _send(keyed, _report(), NOBODYS)
    take(keyed)
    assert query(keyed, STANDING) == [(1, "rejected", False)]
    report = register_with_keys(*KEYS, (104, NOBODYS, BEGIN, None), revision=3)
    BLOC.sign(write_report(keyed.inbox, report, seed=1))
    result = take(keyed)
    assert (len(result.accepted), len(result.replayed)) == (2, 1)
    assert query(keyed, STANDING) == [(1, "accepted", True)]
    assert rebuild(keyed).different == [], "the register in force then brought the key that signed the next"
    new = fresh(tmp_path / "new")
    shutil.copytree(keyed.archive, new.archive, dirs_exist_ok=True)
    restore(new, Source.archive)
    assert query(new, STANDING) == [(1, "accepted", True)]


def test_a_register_that_nobody_signed_is_refused_too(keyed: Home) -> None:
    write_report(keyed.inbox, register_with_keys((104, NOBODYS, BEGIN, None), revision=3), seed=1)
    assert len(take(keyed).rejected) == 1
    assert query(keyed, "SELECT count(*) FROM core.dim_unit_key") == [(len(KEYS),)]


def test_a_register_from_before_there_were_keys_remains_valid(empty: Home) -> None:
    path = write_report(empty.inbox, register_report(), seed=1)
    book = openpyxl.load_workbook(path)
    del book["Khóa ký"]
    book.save(path)
    assert take(empty).rejected == []
    assert query(empty, "SELECT count(*) FROM core.dim_unit_key") == [(0,)]


def test_a_check_before_sending_looks_at_the_signature_beside_the_file(keyed: Home, tmp_path: Path) -> None:
    (path,) = put(tmp_path / "stock", _report())
    (unsigned,) = check(keyed, [path])
    assert [f["code"] for f in unsigned.findings] == ["S-SIGNATURE-MISSING"]
    OWN.sign(path)
    (signed,) = check(keyed, [path])
    assert (signed.verdict, signed.findings) == ("accepted", ())


def test_a_signature_that_changed_in_the_archive_is_found(keyed: Home) -> None:
    _send(keyed, _report(), OWN)
    take(keyed)
    (kept,) = keyed.archive.glob("*/*.sig-*")
    kept.chmod(0o640)
    kept.write_bytes(kept.read_bytes().replace(b"A", b"B", 1))
    assert f"{kept}" in {d.place for d in verify(keyed).differences}
