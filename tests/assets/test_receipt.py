"""Receipts: the unit's own workbook back with marked cells and notes; never a formula, macro or property of the sender's."""

from __future__ import annotations

import hashlib
import io
import json
import unicodedata
import zipfile
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest

from assets.ingest import replay
from assets.receipt import Made, write_receipt, write_receipts
from assets.receipt.record import Answer, records, write_json
from assets.receipt.workbook import write_workbook
from assets.sample.report import Look
from assets.verify import verify
from tests.conftest import Make
from tests.support import clean_rows, copy_home, findings, one_submission, put, query, report_of, take, take_and_answer
from warehouse import clock
from warehouse import query as dbquery
from warehouse.catalog import open_published
from warehouse.home import Home

SHEET = "1. Quán triệt - tập huấn"


@pytest.fixture(scope="module")
def answered(registered: Home, once: Make) -> Home:
    """Files as offices send them, each of a unit of its own, in one batch with its receipts; read only."""

    def fill(folder: Path) -> None:
        home = copy_home(registered, folder)
        for unit, (name, make) in enumerate(SENT.items(), start=104):
            make(home.inbox, unit).rename(home.inbox / name)
        (home.inbox / "broken.xlsx").write_bytes(b"PK\x03\x04 broken")
        take_and_answer(home)

    return Home(once("answered", fill) / "home")


def _receipt(home: Home, name: str) -> Path:
    ((submission,),) = query(home, "SELECT submission_id FROM intake.submission WHERE file_name = ?", [name])
    return home.receipts / f"{submission}.xlsx"


def test_the_units_workbook_comes_back_with_marked_cells(rejected: tuple[Home, str]) -> None:
    home, submission = rejected
    book = openpyxl.load_workbook(home.receipts / f"{submission}.xlsx")
    cell = book[SHEET]["G7"]
    assert cell.value == 2.065, "what the unit wrote stays as it was"
    assert cell.fill.fgColor.rgb == "FFF4C7C3"
    assert cell.comment is not None
    for part in ("Số có phần lẻ trong ô đếm", "V-COUNT-FRACTION", "Đã ghi: 2.065", "Cần có: Số nguyên", "Cách sửa:"):
        assert part in cell.comment.text
    warned = book["6. Tổ chức - cán bộ"]["E7"]
    assert warned.fill.fgColor.rgb == "FFFCE8B2"
    assert "E6" not in {c.coordinate for row in book[SHEET].iter_rows() for c in row if c.comment}


def test_the_first_sheet_lists_the_findings_in_vietnamese(rejected: tuple[Home, str]) -> None:
    home, submission = rejected
    book = openpyxl.load_workbook(home.receipts / f"{submission}.xlsx")
    sheet = book.worksheets[0]
    rows = [[c.value for c in row] for row in sheet.iter_rows(min_row=6)]
    assert rows[0][:4] == ["TT", "Mức độ", "Trang", "Ô"]
    assert [(r[1], r[2], r[3], r[8]) for r in rows[1:3]] == [
        ("Lỗi", SHEET, "G7", "V-COUNT-FRACTION"),
        ("Cảnh báo", "6. Tổ chức - cán bộ", "E7", "O-PERSON-NO-ROLE"),
    ]
    assert "TRẢ LẠI" in sheet["A3"].value


def test_the_list_leads_to_the_cell_and_says_what_came_and_how_to_send_again(rejected: tuple[Home, str]) -> None:
    home, submission = rejected
    sheet = openpyxl.load_workbook(home.receipts / f"{submission}.xlsx").worksheets[0]
    assert (sheet["D7"].value, sheet["D7"].hyperlink.location) == ("G7", f"'{SHEET}'!G7")
    assert sheet["A2"].value.startswith("DV004 - ")
    assert sheet["A2"].value.endswith(" - Năm 2024 (2024-Y) - Lần gửi 1")
    assert f"nhận ngày {clock.today():%d/%m/%Y} - 1 lỗi, 1 cảnh báo" in sheet["A4"].value
    assert "giữ nguyên Lần gửi" in sheet["A3"].value


def _own_sheet(inbox: Path, unit: int) -> Path:
    (path,) = put(inbox, report_of(unit, "2024-Y", clean_rows(2024)))
    book = openpyxl.load_workbook(path)
    book.create_sheet("Kết quả tiếp nhận").append(["Đã nhận 12 đơn"])
    book.save(path)
    return path


def test_a_units_own_sheet_of_that_name_is_told(answered: Home) -> None:
    assert {f[0] for f in findings(answered, "own sheet.xlsx")} == {"H-SHEET-UNKNOWN"}


def test_a_wrapped_text_has_room_for_all_its_lines(rejected: tuple[Home, str]) -> None:
    home, submission = rejected
    sheet = openpyxl.load_workbook(home.receipts / f"{submission}.xlsx").worksheets[0]
    remedy = sheet["H7"]
    lines = len(remedy.value) / sheet.column_dimensions["H"].width
    assert lines > 2
    assert sheet.row_dimensions[7].height >= 14 * lines


def test_a_workbook_too_heavy_to_copy_gets_the_list_alone(
    rejected: tuple[Home, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, submission = rejected
    monkeypatch.setattr("assets.receipt.workbook._HEAVY", 1000)
    with open_published(home) as con:
        (record,) = records(con, [submission])
    assert write_workbook(Answer(record), home.archive, tmp_path) == ("list", "too large to be copied")
    again = tmp_path / f"{submission}.xlsx"
    assert openpyxl.load_workbook(again).sheetnames == ["Kết quả tiếp nhận"]


def test_the_json_receipt(rejected: tuple[Home, str]) -> None:
    home, submission = rejected
    receipt = json.loads((home.receipts / f"{submission}.json").read_text(encoding="utf-8"))
    assert (receipt["verdict"], receipt["counts"]) == ("rejected", {"error": 1, "warning": 1, "info": 0})
    assert {k: receipt["findings"][0][k] for k in ("code", "sheet", "cell", "found")} == {
        "code": "V-COUNT-FRACTION", "sheet": SHEET, "cell": "G7", "found": "2.065"}  # fmt: skip


def _merged_on_a_mac(inbox: Path, unit: int) -> Path:
    (path,) = put(inbox, report_of(unit, "2024-Y", clean_rows(2024)))
    book = openpyxl.load_workbook(path)
    sheet = book[SHEET]
    for cell in sheet[7][1:]:
        sheet.cell(8, cell.column).value = cell.value
    sheet["G8"] = None
    sheet.merge_cells("G7:G8")
    sheet.title = unicodedata.normalize("NFD", SHEET)
    book.save(path)
    return path


def test_the_mark_is_where_it_is_seen_in_merged_cells_and_on_a_sheet_named_on_a_mac(answered: Home) -> None:
    receipt = openpyxl.load_workbook(_receipt(answered, "merged on a mac.xlsx"))
    cell = receipt[unicodedata.normalize("NFD", SHEET)]["G7"]
    assert cell.comment is not None
    assert "H-MERGED" in cell.comment.text
    assert cell.fill.fgColor.rgb == "FFF4C7C3"


def _as_text(inbox: Path, unit: int, look: Look) -> Path:
    rows = clean_rows(2024)
    rows["training"][0]["member_attended_count"] = 21
    (path,) = put(inbox, replace(report_of(unit, "2024-Y", rows), look=look))
    return path


@pytest.mark.parametrize("look", ["csv", "json"])
def test_csv_and_json_get_a_workbook_that_lists_the_findings(answered: Home, look: str) -> None:
    book = openpyxl.load_workbook(_receipt(answered, f"text.{look}"))
    assert book.sheetnames == ["Kết quả tiếp nhận"]
    assert book.worksheets[0]["I7"].value == "T-MEMBERS-OVER"


def test_a_broken_file_gets_one_too(answered: Home) -> None:
    book = openpyxl.load_workbook(_receipt(answered, "broken.xlsx"))
    assert book.worksheets[0]["I7"].value == "F-TRUNCATED"


def _poisoned(inbox: Path, unit: int) -> Path:
    rows = clean_rows(2024)
    rows["organisation"][0]["person_role_code"] = None
    rows["model"][0]["model_title"] = '=HYPERLINK("http://x","y")'
    (path,) = put(inbox, report_of(unit, "2024-Y", rows))
    _poison(path)
    return path


def test_nothing_that_runs_or_names_the_sender_comes_back(answered: Home) -> None:
    out = _receipt(answered, "poisoned.xlsx")
    book = openpyxl.load_workbook(out)
    formulas = [c for s in book for row in s.iter_rows() for c in row if c.data_type == "f"]
    assert formulas == []
    assert book[SHEET]["G7"].value is None, "a formula without a cached value is nothing"
    assert book["2. Dân vận khéo"]["C7"].value == '=HYPERLINK("http://x","y")'
    assert book["2. Dân vận khéo"]["C7"].data_type == "s"
    assert book.properties.creator == "danvan"
    assert book.properties.lastModifiedBy is None
    raw = out.read_bytes()
    assert b"vbaProject" not in raw
    rules = [v for s in book for v in s.data_validations.dataValidation]
    assert rules, "our own drop-downs stay"
    assert not [v for v in rules if "WEBSERVICE" in str(v.formula1)]
    assert not [s for s in book if list(s.conditional_formatting)]


def _poison(path: Path) -> None:
    from openpyxl.formatting.rule import FormulaRule
    from openpyxl.worksheet.datavalidation import DataValidation

    book = openpyxl.load_workbook(path)
    book.properties.creator = "Nguyễn Văn A"
    book.properties.lastModifiedBy = "Nguyễn Văn A"
    sheet = book[SHEET]
    sheet["G7"] = "=1+1"
    book["2. Dân vận khéo"]["C7"].data_type = "s"
    sheet.conditional_formatting.add("A1:A9", FormulaRule(formula=["WEBSERVICE(A1)"]))
    bad = DataValidation(type="custom", formula1="WEBSERVICE(A1)")
    bad.add("A1")
    sheet.add_data_validation(bad)
    book.save(path)


#: what comes for ``answered``, by the name that it gets
SENT: dict[str, Callable[[Path, int], Path]] = {
    "own sheet.xlsx": _own_sheet,
    "merged on a mac.xlsx": _merged_on_a_mac,
    "text.csv": lambda inbox, unit: _as_text(inbox, unit, "csv"),
    "text.json": lambda inbox, unit: _as_text(inbox, unit, "json"),
    "poisoned.xlsx": _poisoned,
}


def test_writing_a_receipt_again_is_the_same_receipt(rejected: tuple[Home, str]) -> None:
    home, submission = rejected
    before = json.loads((home.receipts / f"{submission}.json").read_text(encoding="utf-8"))
    with open_published(home) as con:
        made = write_receipt(con, home, submission)
    assert (made.kind, made.why) == ("marked", None)
    after = json.loads((home.receipts / f"{submission}.json").read_text(encoding="utf-8"))
    again = home.receipts / f"{submission}.xlsx"
    assert after.pop("workbook")["sha256"] == hashlib.sha256(again.read_bytes()).hexdigest()
    assert before.pop("workbook")["kind"] == "marked"
    assert after == before
    assert openpyxl.load_workbook(again).worksheets[0]["I7"].value == "V-COUNT-FRACTION"


def test_the_last_batch_is_the_one_that_ended_last_whatever_its_id(home: Home) -> None:
    """The sensor names a batch before its run starts: one that was asked for later may be through earlier."""
    put(home.inbox, report_of(104, "2024-Y", clean_rows(2024)))
    take(home, batch_id="20990101T000000.000000Z-0000")
    write_receipts(home)
    receipt = home.receipts / f"{one_submission(home)}.json"
    receipt.write_text("of the judgement before")
    replay(home, [one_submission(home)])
    write_receipts(home)
    assert json.loads(receipt.read_text(encoding="utf-8"))["verdict"] == "accepted"


def test_a_receipt_written_while_its_report_was_judged_anew_is_written_again(home: Home) -> None:
    put(home.inbox, report_of(104, "2024-Y", clean_rows(2024)))
    take_and_answer(home)
    receipt = home.receipts / f"{one_submission(home)}.json"
    before = receipt.read_bytes()
    with open_published(home) as of_before:
        replay(home, [one_submission(home)])
        write_json(records(of_before, [one_submission(home)])[0], Made("page"), home.receipts)
    assert receipt.read_bytes() == before
    assert write_receipts(home).written == 1
    assert json.loads(receipt.read_bytes())["judged_at"] > json.loads(before)["judged_at"]
    assert write_receipts(home).written == 0, "nothing was judged since"


def test_a_version_that_is_not_used_is_told_which_one_is(home: Home) -> None:
    """Forged, or a slip of the hand: revision 9 stands, the unit's honest second one is accepted and not used."""
    put(home.inbox, report_of(104, "2024-Y", clean_rows(2024), {"revision": 9}))
    take_and_answer(home)
    ((used,),) = query(home, "SELECT submission_id FROM intake.submission WHERE revision = 9")
    receipt = json.loads((home.receipts / f"{used}.json").read_bytes())
    assert (receipt["verdict"], receipt["used_submission_id"]) == ("accepted", None)
    put(home.inbox, report_of(104, "2024-Y", clean_rows(2024), {"revision": 2}))
    take_and_answer(home)
    ((unused,),) = query(home, "SELECT submission_id FROM intake.submission WHERE revision = 2")
    receipt = json.loads((home.receipts / f"{unused}.json").read_bytes())
    told = {k: receipt[k] for k in ("verdict", "used_submission_id", "used_revision", "used_report_date")}
    assert told == {
        "verdict": "accepted",
        "used_submission_id": used,
        "used_revision": 9,
        "used_report_date": "2025-01-05",
    }
    first = openpyxl.load_workbook(home.receipts / f"{unused}.xlsx").worksheets[0]
    assert first["A3"].value == (
        "ĐÃ TIẾP NHẬN nhưng KHÔNG dùng số liệu của bản này: đang dùng bản Lần gửi 9, báo cáo ngày 05/01/2025 (mã bản gửi "
        f"{used}); nếu bản này mới đúng thì gửi lại với Lần gửi lớn hơn 9"
    )
    assert first["A3"].font.color.rgb == "FFC00000"
    sent = {p.name: p.read_bytes() for p in home.receipts.glob("*.json")}
    put(home.inbox, report_of(104, "2024-Y", clean_rows(2024), {"revision": 10}))
    take_and_answer(home)
    assert {name: (home.receipts / name).read_bytes() for name in sent} == sent, (
        "what comes later makes no receipt untrue"
    )
    assert verify(home).differences == []


def test_every_submission_has_a_json_receipt(demo: Home) -> None:
    submissions = {row[0] for row in query(demo, "SELECT submission_id FROM intake.submission")}
    assert {p.stem for p in demo.receipts.glob("*.json")} == submissions


def test_a_workbook_that_eats_its_maker_gets_the_list_and_harms_no_other(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DANVAN_RECEIPTS_MEMORY_MB", "400")
    monkeypatch.setattr("assets.receipt.apart._spare", deque())
    rows = clean_rows(2024)
    rows["organisation"][0]["person_role_code"] = None
    (hungry,) = put(home.inbox, report_of(104, "2024-Y", rows))
    book = openpyxl.load_workbook(hungry)
    part = io.BytesIO()
    book.save(part)
    with zipfile.ZipFile(part) as old, zipfile.ZipFile(hungry, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "xl/worksheets/sheet1.xml":  # a cell in memory for each that is merged
                content = content.replace(b"</mergeCells>", _MERGED + b"</mergeCells>", 1)
            new.writestr(name, content)
    rows = clean_rows(2023)
    rows["organisation"][0]["person_role_code"] = None
    put(home.inbox, report_of(105, "2023-Y", rows))
    take(home)
    done = write_receipts(home)
    ((submission,),) = query(
        home, "SELECT submission_id FROM intake.submission WHERE unit_code = 'DV004' OR unit_code IS NULL"
    )
    assert set(done.failed) == {submission}
    receipt = json.loads((home.receipts / f"{submission}.json").read_bytes())
    assert (receipt["workbook"]["kind"], bool(receipt["workbook"]["why"])) == ("list", True)
    assert openpyxl.load_workbook(home.receipts / f"{submission}.xlsx").sheetnames == ["Kết quả tiếp nhận"]
    ((other,),) = query(home, "SELECT submission_id FROM intake.submission WHERE unit_code = 'DV005'")
    assert json.loads((home.receipts / f"{other}.json").read_bytes())["workbook"]["kind"] == "marked"
    assert write_receipts(home).written == 0


_MERGED = b'<mergeCell ref="A5000:SR90000"/>'


@pytest.mark.parametrize("change", ["changed", "missing"])
def test_a_broken_original_gives_the_list_and_says_so(rejected: tuple[Home, str], tmp_path: Path, change: str) -> None:
    home = copy_home(rejected[0], tmp_path)
    ((sha256,),) = query(home, "SELECT sha256 FROM intake.submission WHERE submission_id = ?", [rejected[1]])
    path = home.archive / str(sha256)[:2] / str(sha256)
    path.unlink()
    if change == "changed":
        path.write_bytes(b"of somebody else")
    with open_published(home) as con:
        made = write_receipt(con, home, rejected[1])
    assert (made.kind, made.why) == ("list", f"the original in the archive is {change}")


def test_a_receipt_follows_the_judgement_also_when_the_clock_went_back(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(home.inbox, report_of(104, "2024-Y", clean_rows(2024)))
    take_and_answer(home)
    now = clock.instant
    monkeypatch.setattr(clock, "instant", lambda: now() - timedelta(days=400))
    replay(home, [one_submission(home)])
    assert write_receipts(home).written == 1
    assert write_receipts(home).written == 0
    with open_published(home) as con:
        newest = dbquery.rows(con, "batches")
    assert [b["batch_no"] for b in newest] == sorted((b["batch_no"] for b in newest), reverse=True)
    moments = [b["finished_at"] for b in newest]
    assert moments == sorted(moments, reverse=True), "no batch ends before the one before it"
