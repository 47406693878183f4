"""The page that a report gets in which nothing is to be mended, and the copy of every receipt in the outbox."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import openpyxl
import pytest

from assets.receipt import write_receipts
from assets.receipt.batch import Calendar, answers
from assets.receipt.outbox import outbox_path, put_out
from assets.receipt.record import records
from assets.receipt.summary import what_is_next
from tests.conftest import Make
from tests.support import clean_rows, copy_home, put, query, report_of, take_and_answer
from warehouse import clock
from warehouse.catalog import open_published
from warehouse.home import Home

#: a unit for each of the tests that read the same batches
CLEAN, FIGURES, SENT_BACK, RAISED, RHYTHM, MARKUP = range(104, 110)
ENDED, ENDING = 118, 139


@pytest.fixture(scope="module")
def answered(registered: Home, once: Make) -> Home:
    """Reports of a unit for each test with their receipts, corrections in a second batch; read only."""

    def fill(folder: Path) -> None:
        home = copy_home(registered, folder)
        figures, wrong, negative = clean_rows(2024), clean_rows(2024), clean_rows(2024)
        figures["training"].append({**figures["training"][0], "audience_code": "can_bo_dan_van", "session_count": 3})
        figures["training"][1]["attendee_count"] = 120
        wrong["training"][0]["attendee_count"] = "nhiều"
        negative["training"][0]["attendee_count"] = -1
        put(
            home.inbox,
            report_of(FIGURES, "2024-Y", figures),
            report_of(CLEAN, "2024-Y", clean_rows(2024)),
            report_of(SENT_BACK, "2024-Y", wrong),
            report_of(110, "2024-Y", clean_rows(2024), {"unit_code": "DV999", "unit_name": "Đơn vị lạ"}),
            replace(report_of(MARKUP, "2024-Y", clean_rows(2024)), suffix="_<script>"),
            report_of(RAISED, "2024-Y", clean_rows(2024)),
            report_of(RHYTHM, "2024-Q1", {"training": clean_rows(2024)["training"]}),
            report_of(ENDED, "2017-Y", clean_rows(2017)),
            report_of(ENDING, "2021-H1", clean_rows(2021)),
        )
        take_and_answer(home)
        put(home.inbox, report_of(RAISED, "2024-Y", negative), report_of(RAISED, "2024-Y", negative, {"revision": 2}))
        take_and_answer(home)

    return Home(once("answered-in-pages", fill) / "home")


@pytest.fixture
def home(answered: Home, tmp_path: Path) -> Home:
    """The same, to be written."""
    return copy_home(answered, tmp_path)


def _of(home: Home, unit: object) -> str:
    """The only submission of a unit, by its number or the code that it states."""
    column = "unit_code" if isinstance(unit, str) else "unit_id"
    ((found,),) = query(
        home, f"SELECT submission_id FROM intake.submission WHERE form_code = 'BCDV' AND {column} = ?", [unit]
    )
    return str(found)


def test_a_clean_report_gets_a_page_with_the_figures_that_were_read(answered: Home) -> None:
    submission = _of(answered, FIGURES)
    page = (answered.receipts / f"{submission}.html").read_text(encoding="utf-8")
    assert not (answered.receipts / f"{submission}.xlsx").exists()
    assert "ĐÃ TIẾP NHẬN" in page
    assert "0 lỗi" in page
    assert "<td>Số người dự<td>40 | 120<td>160" in page
    assert "<td>Số cuộc (lớp)<td>2 | 3<td>5" in page
    assert "Việc tiếp theo: " in page
    receipt = json.loads((answered.receipts / f"{submission}.json").read_bytes())
    assert receipt["workbook"]["kind"] == "page"
    assert receipt["workbook"]["sha256"] == hashlib.sha256(page.encode()).hexdigest()


def test_a_rejection_of_the_cover_alone_is_a_page_that_says_where_and_how_to_mend(answered: Home) -> None:
    submission = _of(answered, "DV999")
    page = (answered.receipts / f"{submission}.html").read_text(encoding="utf-8")
    ((cell, remedy),) = query(answered, "SELECT cell, remedy FROM intake.finding WHERE code = 'S-UNIT-UNKNOWN'")
    assert all(told in page for told in ("TRẢ LẠI", "DV999", f"<td>{cell}<td>", remedy, "sửa trong tệp gốc"))
    assert json.loads((answered.receipts / f"{submission}.json").read_bytes())["workbook"]["kind"] == "page"
    assert not (answered.receipts / f"{submission}.xlsx").exists()
    assert [p.suffix for p in (answered.outbox / "receipts" / "DV999").iterdir()] == [".html"]


def test_of_an_earlier_receipt_in_the_other_form_nothing_is_left(home: Home) -> None:
    submission = _of(home, CLEAN)
    page, old = (home.receipts / f"{submission}{suffix}" for suffix in (".html", ".xlsx"))
    with open_published(home) as con:
        (record,) = records(con, [submission])
        old.write_bytes(b"an older verdict")
        put_out(home, record, old)
        (home.receipts / f"{submission}.json").unlink()
        write_receipts(home)
    assert page.exists()
    assert not old.exists()
    assert [p.suffix for p in (home.outbox / "receipts" / "DV004").iterdir()] == [".html"]


def test_a_page_holds_no_markup_of_a_sender(answered: Home) -> None:
    submission = _of(answered, MARKUP)
    sent = query(answered, "SELECT file_name FROM intake.submission WHERE submission_id = ?", [submission])
    assert "<script>" in sent[0][0]
    assert "<script>" not in (answered.receipts / f"{submission}.html").read_text(encoding="utf-8")


def test_a_rejected_report_raises_its_number_only_where_an_accepted_one_has_it(answered: Home) -> None:
    told = {}
    for submission, number in query(
        answered,
        f"SELECT submission_id, revision FROM intake.submission WHERE verdict = 'rejected' AND unit_id = {RAISED}",
    ):
        told[number] = openpyxl.load_workbook(answered.receipts / f"{submission}.xlsx").worksheets[0]["A3"].value
    assert "ghi Lần gửi 2 (đã ghi nhận bản Lần gửi 1)" in told[1]
    assert "giữ nguyên Lần gửi" in told[2]


@pytest.mark.parametrize("unit", ["DV004", "../../dv", "", "DV/004", "đv" * 90])
def test_the_outbox_has_a_copy_by_unit_period_and_version_and_nothing_leads_out_of_it(
    answered: Home, unit: str
) -> None:
    submission = _of(answered, CLEAN)
    with open_published(answered) as con:
        (record,) = records(con, [submission])
    place = outbox_path(answered, replace(record, unit_code=unit), ".html")
    assert place.resolve().parent.parent == (answered.outbox / "receipts").resolve()
    if unit == "DV004":
        assert place.relative_to(answered.outbox).as_posix() == f"receipts/DV004/DV004_2024-Y_lan-1_{submission}.html"
        assert place.read_bytes() == (answered.receipts / f"{submission}.html").read_bytes()


def test_the_copy_is_put_out_again_without_a_trace_of_the_first_time(home: Home) -> None:
    """Two links to one file: a rename from one to the other does nothing, and would leave both."""
    submission = _of(home, CLEAN)
    receipt = home.receipts / f"{submission}.html"
    with open_published(home) as con:
        (record,) = records(con, [submission])
    place = put_out(home, record, receipt)
    (place.parent / f".{place.name}.new").hardlink_to(receipt)  # what a killed one leaves
    receipt.write_text("x", encoding="utf-8")
    fresh = receipt.with_suffix(".tmp")
    fresh.write_text("anew", encoding="utf-8")
    fresh.replace(receipt)
    assert put_out(home, record, receipt) == put_out(home, record, receipt) == place
    assert [p.name for p in place.parent.iterdir()] == [place.name]
    assert place.read_text(encoding="utf-8") == "anew"


def _next(home: Home, monkeypatch: pytest.MonkeyPatch, today: date, unit: int) -> str:
    """What the receipt of a unit's only report, written on a day, says of what comes next."""
    at = datetime(today.year, today.month, today.day, 3, tzinfo=UTC)
    monkeypatch.setattr(clock, "instant", lambda: at)
    with open_published(home) as con:
        (answer,) = answers(con, home.archive, [_of(home, unit)], Calendar(con))
    return what_is_next(answer)


@pytest.mark.parametrize(
    ("today", "said"),
    [
        (date(2024, 12, 31), "báo cáo tiếp theo theo lịch là Năm 2024, mẫu BCDV, hạn nộp 20/01/2025."),
        (date(2025, 1, 1), "báo cáo tiếp theo theo lịch là Năm 2024, mẫu BCDV, hạn nộp 20/01/2025."),
        (date(2025, 1, 20), "đơn vị còn phải nộp Năm 2024, mẫu BCDV, hạn nộp 20/01/2025."),
        (date(2025, 1, 21), "đơn vị còn phải nộp Năm 2024, mẫu BCDV, hạn nộp 20/01/2025; "
                            "báo cáo sau đó theo lịch là Năm 2025, mẫu BCDV, hạn nộp 20/01/2026."),
    ],
)  # fmt: skip
def test_what_is_next_is_the_next_report_of_the_calendar(
    answered: Home, monkeypatch: pytest.MonkeyPatch, today: date, said: str
) -> None:
    """Of a unit whose report of 2024 was rejected, around the end of that year and its due day."""
    assert _next(answered, monkeypatch, today, SENT_BACK) == f"Việc tiếp theo: {said}"


def test_a_year_that_was_reported_on_before_its_end_is_not_next(
    answered: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "là Năm 2025, mẫu BCDV, hạn nộp 20/01/2026." in _next(answered, monkeypatch, date(2024, 12, 20), CLEAN)


def test_a_unit_that_has_ended_has_no_next_report_and_neither_has_one_that_ends_before_its_period(
    answered: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DV018 was merged on 1 January 2018, DV039 dissolved at the end of 2021; what they owe of their own time they still owe."""
    none = "Việc tiếp theo: theo lịch, đơn vị không còn báo cáo nào phải nộp."
    assert _next(answered, monkeypatch, date(2018, 2, 5), ENDED) == none
    assert "là Năm 2021" in _next(answered, monkeypatch, date(2021, 7, 5), ENDING)
    assert _next(answered, monkeypatch, date(2023, 7, 5), ENDING) == none


def test_of_several_rhythms_the_one_due_first_is_next(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """A calendar that asks for quarters and halves too: what is due first, and both of two that are due on one day."""
    with duckdb.connect(str(home.published / "danvan.duckdb")) as con:
        con.execute("UPDATE core.deadline SET is_expected = true WHERE period_kind IN ('Q', 'H1')")
        con.execute("UPDATE core.deadline SET due_days = 10 WHERE period_kind = 'H1'")
    both = "là 6 tháng đầu năm 2024, mẫu BCDV, hạn nộp 10/07/2024; Quý 2/2024, mẫu BCDV, hạn nộp 10/07/2024."
    assert both in _next(home, monkeypatch, date(2024, 4, 2), RHYTHM)
    assert "là Quý 4/2024, mẫu BCDV, hạn nộp 10/01/2025." in _next(home, monkeypatch, date(2024, 10, 11), RHYTHM)
