"""Files as they go wrong: each gives a finding with code, place and remedy; the batch goes on and the file is kept."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path

import openpyxl
import pytest

from assets.intake.archive import archive_path
from assets.sample.register import units_on
from assets.sample.report import Report
from tests.conftest import Make
from tests.support import (
    changed_header,
    clean_rows,
    copy_home,
    findings,
    form,
    put,
    query,
    report_of,
    second_opinion,
    take,
    take_and_answer,
)
from warehouse.home import Home

UNITS = [s.unit_id for s in units_on(date(2024, 12, 31))]


def good(folder: Path, unit: int = 104) -> bytes:
    return put(folder / "good", report_of(unit, "2024-Y", clean_rows(2024)))[0].read_bytes()


def _zip_with(
    content: bytes, change: Callable[[str, bytes], bytes | None], extra: dict[str, bytes] | None = None
) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            body = change(name, old.read(name))
            if body is not None:
                new.writestr(name, body)
        for name, body in (extra or {}).items():
            new.writestr(name, body)
    return out.getvalue()


def _same(_: str, body: bytes) -> bytes:
    return body


def _dtd(name: str, body: bytes) -> bytes:
    if name != "xl/workbook.xml":
        return body
    return body.replace(b"?>", b'?><!DOCTYPE x [<!ENTITY a "b">]>', 1)


def _far(name: str, body: bytes) -> bytes:
    return (
        body.replace(b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>')
        if "sheet3" in name
        else body
    )


def _old_xls(_: bytes) -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600


HAZARDS: dict[str, Callable[[bytes], bytes]] = {
    "F-EMPTY": lambda _: b"",
    "F-TRUNCATED": lambda b: b[: len(b) // 2],
    "F-NOT-OFFICE": lambda _: b"%PDF-1.7\n",
    "F-OLD-XLS": _old_xls,
    "F-MACRO": lambda b: _zip_with(b, _same, {"xl/vbaProject.bin": b"x"}),
    "F-DTD": lambda b: _zip_with(b, _dtd),
    "F-RANGE": lambda b: _zip_with(b, _far),
    "F-BOMB": lambda b: _zip_with(b, _same, {"xl/media/a.bin": b"\0" * (65 << 20)}),
}


@pytest.mark.parametrize("code", HAZARDS)
def test_a_harmful_or_broken_workbook_is_refused(taken: Home, code: str) -> None:
    assert findings(taken, f"{code}.xlsx") == {(code, None, None)}
    ((sha, remedy),) = query(
        taken,
        "SELECT s.sha256, f.remedy FROM intake.finding f JOIN intake.submission s USING (submission_id) WHERE s.file_name = ?",
        [f"{code}.xlsx"],
    )
    assert archive_path(taken.archive, sha).exists()
    assert remedy


def test_the_batch_goes_on(taken: Home) -> None:
    verdicts = dict(
        query(taken, "SELECT file_name, verdict FROM intake.submission WHERE form_code IS DISTINCT FROM 'DMDV'")
    )
    assert verdicts.keys() == {name.replace("\x01", "\ufffd") for name in (*FILES, *REPORTS, *JSON)} | {"b\ufffd.xlsx"}
    assert (verdicts["good.xlsx"], verdicts["F-EMPTY.xlsx"]) == ("accepted", "rejected")
    assert [p for p in taken.inbox.rglob("*") if p.is_file()] == []
    submissions = {row[0] for row in query(taken, "SELECT submission_id FROM intake.submission")}
    assert {p.stem for p in taken.receipts.glob("*.json")} == submissions, "each has its receipt"


def test_text_with_a_workbooks_name(taken: Home) -> None:
    assert findings(taken, "a.xlsx") == {("F-NOT-OFFICE", None, None)}


def test_a_file_that_kills_its_reader_is_given_up_and_the_others_are_read(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from assets.intake import workers

    calls = tmp_path / "sitecustomize.py"
    calls.write_text(
        "import os, sys\nimport assets.intake.xlsx as x\nreal = x.read_xlsx\n"
        "def read(path, *rest):\n    if path.stat().st_size % 7919 == 13: os.abort()\n    return real(path, *rest)\n"
        "x.read_xlsx = read\nimport assets.intake.read as r\nr.read_xlsx = read\n"
    )
    body = good(tmp_path)
    size = len(body) + (13 - len(body)) % 7919
    (home.inbox / "killer.xlsx").write_bytes(body + b"\0" * (size - len(body)))
    put(home.inbox, *[report_of(u, "2023-Y", clean_rows(2023)) for u in range(105, 111)])
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{Path(workers.__file__).parents[2]}")
    result = take(home)
    assert len(result.accepted) == 6
    assert {c for c, _, _ in findings(home, "killer.xlsx")} == {"F-CRASH"}


def _other_workbook(_: bytes) -> bytes:
    out, book = io.BytesIO(), openpyxl.Workbook()
    book.active["A1"] = "Lịch trực"
    book.save(out)
    return out.getvalue()


def test_no_cover_sheet(taken: Home) -> None:
    assert findings(taken, "other.xlsx") == {("C-MISSING", None, None)}


@pytest.mark.parametrize(("name", "finding", "expected"), [
    ("form.xlsx", ("C-FORM-UNKNOWN", "Thông tin chung", "B11"), "BCDV, DMDV"),
    ("version.xlsx", ("C-VERSION-UNKNOWN", "Thông tin chung", "B12"), "2013, 2023"),
])  # fmt: skip
def test_unknown_form_and_version(taken: Home, name: str, finding: tuple[str, str, str], expected: str) -> None:
    assert findings(taken, name) == {finding}
    assert query(taken, "SELECT expected FROM intake.finding WHERE code = ?", [finding[0]]) == [(expected,)]


COVERS: list[tuple[str, object, str, str]] = [
    ("period_id", "kỳ vừa rồi", "C-PERIOD-INVALID", "B15"), ("period_id", None, "C-FIELD-MISSING", "B15"),
    ("report_date", "hôm qua", "C-FIELD-INVALID", "B17"), ("unit_code", None, "C-FIELD-MISSING", "B13"),
]  # fmt: skip


@pytest.mark.parametrize(("field", "value", "code", "cell"), COVERS)
def test_cover_fields(taken: Home, field: str, value: object, code: str, cell: str) -> None:
    assert (code, "Thông tin chung", cell) in findings(taken, f"{field}-{value}.xlsx")


def test_a_changed_header_is_a_finding_and_never_a_column_of_nulls(taken: Home) -> None:
    sheet = "1. Quán triệt - tập huấn"
    assert findings(taken, "header.xlsx") == {("H-HEADER-MISSING", sheet, "G5"), ("H-HEADER-UNKNOWN", sheet, "G5")}
    assert query(taken, "SELECT verdict FROM intake.submission WHERE file_name = 'header.xlsx'") == [("rejected",)]


def _edited(edit: Callable[[openpyxl.Workbook], None]) -> Callable[[bytes], bytes]:
    def spoil(content: bytes) -> bytes:
        out, book = io.BytesIO(), openpyxl.load_workbook(io.BytesIO(content))
        edit(book)
        book.save(out)
        return out.getvalue()

    return spoil


def _hide_row(book: openpyxl.Workbook) -> None:
    book["1. Quán triệt - tập huấn"].row_dimensions[7].hidden = True


def _hide_sheet(book: openpyxl.Workbook) -> None:
    book.create_sheet("Nháp")["A1"] = "bản cũ"
    book["Nháp"].sheet_state = "hidden"


def _extra_sheet(book: openpyxl.Workbook) -> None:
    book.create_sheet("Phụ lục")["A1"] = "thêm"


def _drop_sheet(book: openpyxl.Workbook) -> None:
    del book["5. Đối thoại - dân chủ cơ sở"]


def _drop_last_sheet(book: openpyxl.Workbook) -> None:
    del book["7. Bức xúc - hạn chế"]


def _two_sheets(book: openpyxl.Workbook) -> None:
    copy = book.copy_worksheet(book["2. Dân vận khéo"])
    copy.title = "2. Dân vận khéo "


def _swap(book: openpyxl.Workbook, first: int = 4, second: int = 5) -> None:
    sheet = book["7. Bức xúc - hạn chế"]
    for row in range(4, 8):
        a, b = sheet.cell(row, first).value, sheet.cell(row, second).value
        sheet.cell(row, first).value, sheet.cell(row, second).value = b, a


def _swap_kinds(book: openpyxl.Workbook) -> None:
    _swap(book, 3, 4)


def _of_which(book: openpyxl.Workbook) -> None:
    sheet = book["1. Quán triệt - tập huấn"]
    sheet["B8"], sheet["E8"] = "Trong đó: nữ", 12


def _header_sorted_down(book: openpyxl.Workbook) -> None:
    sheet = book["7. Bức xúc - hạn chế"]
    sheet.move_range("A6:G6", rows=-3)


EDITS = {
    "H-ROW-ABOVE": (_header_sorted_down, ("7. Bức xúc - hạn chế", "3:3"), "rejected"),
    "H-ROW-HIDDEN": (_hide_row, ("1. Quán triệt - tập huấn", "7:7"), "accepted"),
    "H-SHEET-HIDDEN": (_hide_sheet, ("Nháp", None), "accepted"),
    "H-SHEET-UNKNOWN": (_extra_sheet, ("Phụ lục", None), "accepted"),
    "H-SHEET-MISSING": (_drop_sheet, ("5. Đối thoại - dân chủ cơ sở", None), "rejected"),
    "H-SHEET-DUPLICATE": (_two_sheets, ("2. Dân vận khéo", None), "rejected"),
    "H-HEADER-EXCHANGED": (_swap, ("7. Bức xúc - hạn chế", "E4"), "rejected"),
    "H-HEADER-MOVED": (_swap_kinds, ("7. Bức xúc - hạn chế", "D4"), "accepted"),
    "H-ROW-OF-WHICH": (_of_which, ("1. Quán triệt - tập huấn", "8:8"), "accepted"),
}


@pytest.mark.parametrize("code", EDITS)
def test_what_offices_do_to_workbooks(taken: Home, code: str) -> None:
    _, place, verdict = EDITS[code]
    assert (code, *place) in findings(taken, f"{code}.xlsx")
    assert query(taken, "SELECT verdict FROM intake.submission WHERE file_name = ?", [f"{code}.xlsx"]) == [(verdict,)]


def test_the_last_sheet_is_missed_like_any_other(taken: Home) -> None:
    assert findings(taken, "last.xlsx") == {("H-SHEET-MISSING", "7. Bức xúc - hạn chế", None)}


def _formula(content: bytes) -> bytes:
    def change(name: str, body: bytes) -> bytes:
        cell = rb'(<c r="G7"[^>]*>)<v>40</v>'
        return re.sub(cell, rb"\1<f>20+20</f><v>40</v>", body) if name == "xl/worksheets/sheet3.xml" else body

    return _zip_with(content, change)


def test_a_formula_is_never_run_its_cached_value_is_read_with_a_warning(taken: Home) -> None:
    assert findings(taken, "formula.xlsx") == {("H-FORMULA", "1. Quán triệt - tập huấn", "G7")}
    kept = (
        "SELECT attendee_count FROM core.fact_training JOIN intake.submission USING (submission_id) "
        "WHERE file_name = 'formula.xlsx'"
    )
    assert query(taken, kept) == [(40,)]


def _fraction(content: str) -> str:
    found = json.loads(content)
    found["tables"]["training"][0]["attendee_count"] = 2.065
    found["tables"]["model"][0]["colour"] = "đỏ"
    return json.dumps(found)


def _of_training(value: object) -> Callable[[str], str]:
    def spoil(content: str) -> str:
        found = json.loads(content)
        found["tables"]["training"][0]["attendee_count"] = value
        return json.dumps(found)

    return spoil


def test_json_findings_stand_at_their_pointer(taken: Home) -> None:
    assert findings(taken, "fraction.json") == {("V-COUNT-FRACTION", "training", "/tables/training/0/attendee_count"),
                                                ("H-HEADER-UNKNOWN", "model", "/tables/model/0/colour")}  # fmt: skip


@pytest.mark.parametrize(("name", "code", "found"), [
    ("control.json", "V-COUNT", "nhiều"),  # no workbook can hold a control character: the receipts would fail
    ("digits.json", "V-RANGE", "9" * 79 + "…"),
    ("half a character.json", "F-JSON", None),
    ("control \ufffd.xlsx", "V-COUNT", "nhiều"),
    ("b\ufffd.xlsx", None, None),
])  # fmt: skip
def test_what_no_table_or_workbook_can_hold_does_not_stop_the_batch(
    taken: Home, name: str, code: str | None, found: str | None
) -> None:
    rows = query(
        taken,
        "SELECT code, found FROM intake.finding JOIN intake.submission USING (submission_id) WHERE file_name = ?",
        [name],
    )
    assert [row[0] for row in rows] == ([code] if code else [])
    assert found is None or rows[0][1] == found


def _many(unit: int) -> Report:
    rows = clean_rows(2024)
    rows["training"][0]["attendee_count"] = "nhiều"
    return report_of(unit, "2024-Y", rows)


def _covered(field: str, value: object, unit: int) -> Report:
    return report_of(unit, "2024-Y", clean_rows(2024), {field: value})


#: file -> how the bytes of a good workbook are spoilt
FILES: dict[str, Callable[[bytes], bytes]] = {
    "good.xlsx": lambda b: b,
    **{f"{code}.xlsx": spoil for code, spoil in HAZARDS.items()},
    **{f"{code}.xlsx": _edited(edit) for code, (edit, _, _) in EDITS.items()},
    "other.xlsx": _other_workbook,
    "last.xlsx": _edited(_drop_last_sheet),
    "formula.xlsx": _formula,
    "a.xlsx": lambda _: "Mã đơn vị;DV004\n".encode(),
}
REPORTS: dict[str, Callable[[int], Report]] = {
    "form.xlsx": lambda u: report_of(u, "2024-Y", clean_rows(2024), {"form_code": "ABC"}),
    "version.xlsx": lambda u: report_of(u, "2024-Y", clean_rows(2024), {"form_version": "1999"}),
    "header.xlsx": lambda u: report_of(
        u, "2024-Y", clean_rows(2024), form=changed_header(form("2023"), "attendee_count", "Người dự")
    ),
    "control \x01.xlsx": _many,
    **{f"{field}-{value}.xlsx": partial(_covered, field, value) for field, value, _, _ in COVERS},
}
JSON: dict[str, Callable[[str], str]] = {
    "fraction.json": _fraction,
    "control.json": _of_training("nhi\x01ều"),
    "digits.json": _of_training("9" * 5000),
    "half a character.json": _of_training("\ud800"),
}


@pytest.fixture(scope="module")
def taken(registered: Home, once: Make) -> Home:
    """A home that took every faulty file of this module in one batch, each from a unit of its own."""
    return Home(once("hazards", lambda folder: _take_all(copy_home(registered, folder), folder)) / "home")


def _take_all(home: Home, folder: Path) -> None:
    units = iter(UNITS)
    for name, spoil in FILES.items():
        (home.inbox / name).write_bytes(spoil(good(folder, next(units))))
    for name, make in REPORTS.items():
        put(folder / "made", make(next(units)))[0].rename(home.inbox / name)
    for name, change in JSON.items():
        (path,) = put(folder / "made", replace(report_of(next(units), "2024-Y", clean_rows(2024)), look="json"))
        (home.inbox / name).write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")
    Path(os.fsdecode(os.fsencode(home.inbox) + b"/b\xff.xlsx")).write_bytes(good(folder, next(units)))
    with second_opinion(wanted=True):
        take_and_answer(home)


def test_libreoffice_writes_what_we_read(home: Home, tmp_path: Path) -> None:
    """A workbook that went through another office program; the file was saved by LibreOffice 7.4."""
    kept = Path(__file__).parent / "office_files" / "libreoffice-2024-Y-DV004.xlsx"
    shutil.copy(kept, home.inbox / kept.name)
    result = take(home)
    assert len(result.accepted) == 1
    assert findings(home, kept.name) == set()
    assert query(home, "SELECT attendee_count, day_count FROM core.fact_training") == [(40, 2)]


def test_a_file_name_that_is_no_text_or_commands_a_terminal_is_shown_as_text(home: Home) -> None:
    for name in (b"\xff\xfe.csv", b"a\x1b[2Jb\nc.csv"):
        (home.inbox / os.fsdecode(name)).write_bytes(name)
    assert len(take(home).rejected) == 2
    names = query(home, "SELECT file_name FROM intake.submission WHERE form_code IS NULL ORDER BY 1")
    assert names == [("a\ufffd[2Jb\ufffdc.csv",), ("\ufffd\ufffd.csv",)]


def test_links_and_unfinished_files_are_left_alone(home: Home, tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("x")
    (home.inbox / "link.csv").symlink_to(tmp_path / "secret.csv")
    (home.inbox / "copying.xlsx.part").write_bytes(b"PK")
    (home.inbox / "~$lock.xlsx").write_bytes(b"x")
    assert take(home).files == 0
    assert {p.name for p in home.inbox.iterdir() if not p.is_dir()} == {"link.csv", "copying.xlsx.part", "~$lock.xlsx"}
