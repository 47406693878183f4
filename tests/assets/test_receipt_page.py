"""The page that a report gets in which nothing is to be mended, and the copy of every receipt in the outbox."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

import openpyxl
import pytest

from assets.receipt.outbox import outbox_path, put_out
from assets.receipt.record import records
from tests.support import clean_rows, one_submission, put, query, report_of, take_and_answer
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
