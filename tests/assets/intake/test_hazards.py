"""Files as they go wrong: each gives a finding with code, place and remedy; the batch goes on and the file is kept."""

from __future__ import annotations

import io
import json
import re
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from assets.intake.archive import archive_path
from tests.support import changed_header, clean_rows, findings, form, put, query, report_of, take
from warehouse.home import Home


def good(tmp_path: Path) -> bytes:
    return put(tmp_path / "good", report_of(104, "2024-Y", clean_rows(2024)))[0].read_bytes()


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
def test_a_harmful_or_broken_workbook_is_refused(home: Home, tmp_path: Path, code: str) -> None:
    (home.inbox / "bad.xlsx").write_bytes(HAZARDS[code](good(tmp_path)))
    put(home.inbox, report_of(105, "2024-Y", clean_rows(2024)))
    result = take(home)
    assert (len(result.accepted), len(result.rejected)) == (1, 1)
    assert findings(home, "bad.xlsx") == {(code, None, None)}
    ((sha, remedy),) = query(
        home, "SELECT s.sha256, f.remedy FROM intake.finding f JOIN intake.submission s USING (submission_id)"
    )
    assert archive_path(home.archive, sha).exists()
    assert remedy


def test_text_with_a_workbooks_name(home: Home) -> None:
    (home.inbox / "a.xlsx").write_text("Mã đơn vị;DV004\n", encoding="utf-8")
    take(home)
    assert findings(home, "a.xlsx") == {("F-NOT-OFFICE", None, None)}


def test_a_file_that_kills_its_reader_is_given_up_and_the_others_are_read(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from assets.intake import workers

    calls = tmp_path / "sitecustomize.py"
    calls.write_text(
        "import os, sys\nimport assets.intake.xlsx as x\nreal = x.read_xlsx\n"
        "def read(path):\n    if path.stat().st_size % 7919 == 13: os.abort()\n    return real(path)\n"
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


def test_no_cover_sheet(home: Home) -> None:
    book = openpyxl.Workbook()
    book.active["A1"] = "Lịch trực"
    book.save(home.inbox / "other.xlsx")
    take(home)
    assert findings(home, "other.xlsx") == {("C-MISSING", None, None)}


def test_unknown_form_and_version(home: Home) -> None:
    rows = clean_rows(2024)
    put(
        home.inbox,
        report_of(104, "2024-Y", rows, {"form_code": "ABC"}),
        report_of(105, "2024-Y", rows, {"form_version": "1999"}),
    )
    take(home)
    found = query(home, "SELECT code, sheet, cell, expected FROM intake.finding ORDER BY 1")
    assert found == [("C-FORM-UNKNOWN", "Thông tin chung", "B11", "BCDV, DMDV"),
                     ("C-VERSION-UNKNOWN", "Thông tin chung", "B12", "2013, 2023")]  # fmt: skip


@pytest.mark.parametrize(("field", "value", "code", "cell"), [
    ("period_id", "kỳ vừa rồi", "C-PERIOD-INVALID", "B15"), ("period_id", None, "C-FIELD-MISSING", "B15"),
    ("report_date", "hôm qua", "C-FIELD-INVALID", "B17"), ("unit_code", None, "C-FIELD-MISSING", "B13"),
])  # fmt: skip
def test_cover_fields(home: Home, field: str, value: object, code: str, cell: str) -> None:
    put(home.inbox, report_of(104, "2024-Y", clean_rows(2024), {field: value}))
    take(home)
    found = query(home, "SELECT code, cell FROM intake.finding")
    assert (code, cell) in found


def test_a_changed_header_is_a_finding_and_never_a_column_of_nulls(home: Home) -> None:
    changed = report_of(
        104, "2024-Y", clean_rows(2024), form=changed_header(form("2023"), "attendee_count", "Người dự")
    )
    (path,) = put(home.inbox, changed)
    result = take(home)
    sheet = "1. Quán triệt - tập huấn"
    assert findings(home, path.name) == {("H-HEADER-MISSING", sheet, "G5"), ("H-HEADER-UNKNOWN", sheet, "G5")}
    assert len(result.rejected) == 1


def _edited(path: Path, edit: Callable[[openpyxl.Workbook], None]) -> None:
    book = openpyxl.load_workbook(path)
    edit(book)
    book.save(path)


def _hide_row(book: openpyxl.Workbook) -> None:
    book["1. Quán triệt - tập huấn"].row_dimensions[7].hidden = True


def _hide_sheet(book: openpyxl.Workbook) -> None:
    book.create_sheet("Nháp")["A1"] = "bản cũ"
    book["Nháp"].sheet_state = "hidden"


def _extra_sheet(book: openpyxl.Workbook) -> None:
    book.create_sheet("Phụ lục")["A1"] = "thêm"


def _drop_sheet(book: openpyxl.Workbook) -> None:
    del book["5. Đối thoại - dân chủ cơ sở"]


def _two_sheets(book: openpyxl.Workbook) -> None:
    copy = book.copy_worksheet(book["2. Dân vận khéo"])
    copy.title = "2. Dân vận khéo "


def _swap(book: openpyxl.Workbook) -> None:
    sheet = book["7. Bức xúc - hạn chế"]
    for row in range(4, 8):
        a, b = sheet.cell(row, 4).value, sheet.cell(row, 5).value
        sheet.cell(row, 4).value, sheet.cell(row, 5).value = b, a


def _of_which(book: openpyxl.Workbook) -> None:
    sheet = book["1. Quán triệt - tập huấn"]
    sheet["B8"], sheet["E8"] = "Trong đó: nữ", 12


EDITS = {
    "H-ROW-HIDDEN": (_hide_row, ("1. Quán triệt - tập huấn", "7:7"), "accepted"),
    "H-SHEET-HIDDEN": (_hide_sheet, ("Nháp", None), "accepted"),
    "H-SHEET-UNKNOWN": (_extra_sheet, ("Phụ lục", None), "accepted"),
    "H-SHEET-MISSING": (_drop_sheet, ("5. Đối thoại - dân chủ cơ sở", None), "rejected"),
    "H-SHEET-DUPLICATE": (_two_sheets, ("2. Dân vận khéo", None), "rejected"),
    "H-HEADER-MOVED": (_swap, ("7. Bức xúc - hạn chế", "E4"), "accepted"),
    "H-ROW-OF-WHICH": (_of_which, ("1. Quán triệt - tập huấn", "8:8"), "accepted"),
}


@pytest.mark.parametrize("code", EDITS)
def test_what_offices_do_to_workbooks(home: Home, code: str) -> None:
    edit, place, verdict = EDITS[code]
    (path,) = put(home.inbox, report_of(104, "2024-Y", clean_rows(2024)))
    _edited(path, edit)
    take(home)
    assert (code, *place) in findings(home, path.name)
    assert query(home, "SELECT verdict FROM intake.submission WHERE form_code = 'BCDV'") == [(verdict,)]


def test_a_formula_is_never_run_its_cached_value_is_read_with_a_warning(home: Home) -> None:
    (path,) = put(home.inbox, report_of(104, "2024-Y", clean_rows(2024)))
    sheet = "xl/worksheets/sheet3.xml"

    def formula(name: str, body: bytes) -> bytes:
        return re.sub(rb'(<c r="G7"[^>]*>)<v>40</v>', rb"\1<f>20+20</f><v>40</v>", body) if name == sheet else body

    path.write_bytes(_zip_with(path.read_bytes(), formula))
    take(home)
    assert findings(home, path.name) == {("H-FORMULA", "1. Quán triệt - tập huấn", "G7")}
    assert query(home, "SELECT attendee_count FROM core.fact_training") == [(40,)]


def test_json_findings_stand_at_their_pointer(home: Home) -> None:
    (path,) = put(home.inbox, replace(report_of(104, "2024-Y", clean_rows(2024)), look="json"))
    content = json.loads(path.read_text(encoding="utf-8"))
    content["tables"]["training"][0]["attendee_count"] = 2.065
    content["tables"]["model"][0]["colour"] = "đỏ"
    path.write_text(json.dumps(content), encoding="utf-8")
    take(home)
    assert findings(home, path.name) == {("V-COUNT-FRACTION", "training", "/tables/training/0/attendee_count"),
                                         ("H-HEADER-UNKNOWN", "model", "/tables/model/-1/colour")}  # fmt: skip


def test_libreoffice_writes_what_we_read(home: Home, tmp_path: Path) -> None:
    """A workbook that went through another office program; the file was saved by LibreOffice 7.4."""
    kept = Path(__file__).parent / "office_files" / "libreoffice-2024-Y-DV004.xlsx"
    shutil.copy(kept, home.inbox / kept.name)
    result = take(home)
    assert len(result.accepted) == 1
    assert findings(home, kept.name) == set()
    assert query(home, "SELECT attendee_count, day_count FROM core.fact_training") == [(40, 2)]


def test_links_and_unfinished_files_are_left_alone(home: Home, tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("x")
    (home.inbox / "link.csv").symlink_to(tmp_path / "secret.csv")
    (home.inbox / "copying.xlsx.part").write_bytes(b"PK")
    (home.inbox / "~$lock.xlsx").write_bytes(b"x")
    assert take(home).files == 0
    assert {p.name for p in home.inbox.iterdir() if not p.is_dir()} == {"link.csv", "copying.xlsx.part", "~$lock.xlsx"}
