"""The page that a report gets in which nothing is to be mended, and the copy of every receipt in the outbox."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import UTC, date, datetime

import duckdb
import openpyxl
import pytest

from assets.receipt import write_receipts
from assets.receipt.batch import Calendar, answers
from assets.receipt.outbox import outbox_path, put_out
from assets.receipt.record import records
from assets.receipt.summary import what_is_next
from tests.support import clean_rows, one_submission, put, query, report_of, take, take_and_answer
from warehouse import clock
from warehouse.catalog import open_published
from warehouse.home import Home


def _clean(home: Home) -> str:
    put(home.inbox, report_of(104, "2024-Y", clean_rows(2024)))
    take_and_answer(home)
    return one_submission(home)


def test_a_clean_report_gets_a_page_with_the_figures_that_were_read(home: Home) -> None:
    rows = clean_rows(2024)
    rows["training"].append({**rows["training"][0], "audience_code": "can_bo_dan_van", "session_count": 3})
    rows["training"][1]["attendee_count"] = 120
    put(home.inbox, report_of(104, "2024-Y", rows))
    take_and_answer(home)
    submission = one_submission(home)
    page = (home.receipts / f"{submission}.html").read_text(encoding="utf-8")
    assert not (home.receipts / f"{submission}.xlsx").exists()
    assert "ĐÃ TIẾP NHẬN" in page
    assert "0 lỗi" in page
    assert "<td>Số người dự<td>40 | 120<td>160" in page
    assert "<td>Số cuộc (lớp)<td>2 | 3<td>5" in page
    assert "Việc tiếp theo: " in page
    receipt = json.loads((home.receipts / f"{submission}.json").read_bytes())
    assert receipt["workbook"]["kind"] == "page"
    assert receipt["workbook"]["sha256"] == hashlib.sha256(page.encode()).hexdigest()


def test_a_rejection_of_the_cover_alone_is_a_page_that_says_where_and_how_to_mend(home: Home) -> None:
    put(home.inbox, report_of(104, "2024-Y", clean_rows(2024), {"unit_code": "DV999", "unit_name": "Đơn vị lạ"}))
    take_and_answer(home)
    submission = one_submission(home)
    page = (home.receipts / f"{submission}.html").read_text(encoding="utf-8")
    ((cell, remedy),) = query(home, "SELECT cell, remedy FROM intake.finding WHERE code = 'S-UNIT-UNKNOWN'")
    assert all(told in page for told in ("TRẢ LẠI", "DV999", f"<td>{cell}<td>", remedy, "sửa trong tệp gốc"))
    assert json.loads((home.receipts / f"{submission}.json").read_bytes())["workbook"]["kind"] == "page"
    assert not (home.receipts / f"{submission}.xlsx").exists()
    assert [p.suffix for p in (home.outbox / "receipts" / "DV999").iterdir()] == [".html"]


def test_of_an_earlier_receipt_in_the_other_form_nothing_is_left(home: Home) -> None:
    submission = _clean(home)
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


def test_a_page_holds_no_markup_of_a_sender(home: Home) -> None:
    put(home.inbox, replace(report_of(104, "2024-Y", clean_rows(2024)), suffix="_<script>"))
    take_and_answer(home)
    assert "<script>" not in (home.receipts / f"{one_submission(home)}.html").read_text(encoding="utf-8")


def test_a_rejected_report_raises_its_number_only_where_an_accepted_one_has_it(home: Home) -> None:
    put(home.inbox, report_of(104, "2024-Y", clean_rows(2024)))
    take_and_answer(home)
    rows = clean_rows(2024)
    rows["training"][0]["attendee_count"] = -1
    put(home.inbox, report_of(104, "2024-Y", rows), report_of(104, "2024-Y", rows, {"revision": 2}))
    take_and_answer(home)
    told = {}
    for submission, number in query(
        home, "SELECT submission_id, revision FROM intake.submission WHERE verdict = 'rejected' AND unit_code = 'DV004'"
    ):
        told[number] = openpyxl.load_workbook(home.receipts / f"{submission}.xlsx").worksheets[0]["A3"].value
    assert "ghi Lần gửi 2 (đã ghi nhận bản Lần gửi 1)" in told[1]
    assert "giữ nguyên Lần gửi" in told[2]


@pytest.mark.parametrize("unit", ["DV004", "../../dv", "", "DV/004", "đv" * 90])
def test_the_outbox_has_a_copy_by_unit_period_and_version_and_nothing_leads_out_of_it(home: Home, unit: str) -> None:
    submission = _clean(home)
    with open_published(home) as con:
        (record,) = records(con, [submission])
    place = outbox_path(home, replace(record, unit_code=unit), ".html")
    assert place.resolve().parent.parent == (home.outbox / "receipts").resolve()
    if unit == "DV004":
        assert place.relative_to(home.outbox).as_posix() == f"receipts/DV004/DV004_2024-Y_lan-1_{submission}.html"
        assert place.read_bytes() == (home.receipts / f"{submission}.html").read_bytes()


def test_the_copy_is_put_out_again_without_a_trace_of_the_first_time(home: Home) -> None:
    """Two links to one file: a rename from one to the other does nothing, and would leave both."""
    submission = _clean(home)
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


def _next(home: Home, monkeypatch: pytest.MonkeyPatch, today: date, file_name: str) -> str:
    """What the receipt of a file, written on a day, says of what comes next."""
    at = datetime(today.year, today.month, today.day, 3, tzinfo=UTC)
    monkeypatch.setattr(clock, "instant", lambda: at)
    ((submission,),) = query(home, "SELECT submission_id FROM intake.submission WHERE file_name = ?", [file_name])
    with open_published(home) as con:
        (answer,) = answers(con, home.archive, [submission], Calendar(con))
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
    home: Home, monkeypatch: pytest.MonkeyPatch, today: date, said: str
) -> None:
    """Of a unit whose report of 2024 was rejected, around the end of that year and its due day."""
    wrong = clean_rows(2024)
    wrong["training"][0]["attendee_count"] = "nhiều"
    (path,) = put(home.inbox, report_of(104, "2024-Y", wrong))
    take(home)
    assert _next(home, monkeypatch, today, path.name) == f"Việc tiếp theo: {said}"


def test_a_year_that_was_reported_on_before_its_end_is_not_next(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    (path,) = put(home.inbox, report_of(104, "2024-Y", clean_rows(2024)))
    take(home)
    assert "là Năm 2025, mẫu BCDV, hạn nộp 20/01/2026." in _next(home, monkeypatch, date(2024, 12, 20), path.name)


def test_a_unit_that_has_ended_has_no_next_report_and_neither_has_one_that_ends_before_its_period(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DV018 was merged on 1 January 2018, DV039 dissolved at the end of 2021; what they owe of their own time they still owe."""
    ended, ending = put(
        home.inbox, report_of(118, "2017-Y", clean_rows(2017)), report_of(139, "2021-H1", clean_rows(2021))
    )
    take(home)
    none = "Việc tiếp theo: theo lịch, đơn vị không còn báo cáo nào phải nộp."
    assert _next(home, monkeypatch, date(2018, 2, 5), ended.name) == none
    assert "là Năm 2021" in _next(home, monkeypatch, date(2021, 7, 5), ending.name)
    assert _next(home, monkeypatch, date(2023, 7, 5), ending.name) == none


def test_of_several_rhythms_the_one_due_first_is_next(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """A calendar that asks for quarters and halves too: what is due first, and both of two that are due on one day."""
    (path,) = put(home.inbox, report_of(104, "2024-Q1", {"training": clean_rows(2024)["training"]}))
    take(home)
    with duckdb.connect(str(home.published / "danvan.duckdb")) as con:
        con.execute("UPDATE core.deadline SET is_expected = true WHERE period_kind IN ('Q', 'H1')")
        con.execute("UPDATE core.deadline SET due_days = 10 WHERE period_kind = 'H1'")
    both = "là 6 tháng đầu năm 2024, mẫu BCDV, hạn nộp 10/07/2024; Quý 2/2024, mẫu BCDV, hạn nộp 10/07/2024."
    assert both in _next(home, monkeypatch, date(2024, 4, 2), path.name)
    assert "là Quý 4/2024, mẫu BCDV, hạn nộp 10/01/2025." in _next(home, monkeypatch, date(2024, 10, 11), path.name)
