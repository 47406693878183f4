"""Reminders: who owes a report on a day, by the deadline file, as text and JSON in the outbox."""

from __future__ import annotations

import json
from datetime import date

import pytest

from assets.reminders import write_reminders
from tests.support import clean_rows, put, report_of, take
from warehouse.home import Home


@pytest.mark.parametrize(
    ("day", "state"),
    [(date(2025, 1, 12), None), (date(2025, 1, 13), "due"), (date(2025, 1, 20), "due"), (date(2025, 1, 21), "late"),
     (date(2025, 1, 30), "late"), (date(2025, 1, 31), "overdue"), (date(2025, 7, 29), "overdue"), (date(2025, 7, 30), None)],
)  # fmt: skip
def test_states_follow_the_deadline_file(home: Home, day: date, state: str | None) -> None:
    """Yearly reports: due 20 days after the year, ten days of grace, reminded from seven days before."""
    owed = [r for r in write_reminders(home, day) if r.period_id == "2024-Y"]
    assert {r.state for r in owed} == ({state} if state else set())
    if state:
        assert len(owed) == 45, "every unit alive on 31/12/2024"


def test_who_has_reported_is_not_reminded_and_who_was_rejected_is(home: Home) -> None:
    wrong = clean_rows(2024)
    wrong["training"][0]["attendee_count"] = "nhiều"
    put(home.inbox, report_of(104, "2024-Y", clean_rows(2024)), report_of(105, "2024-Y", wrong))
    take(home)
    units = {r.unit_code for r in write_reminders(home, date(2025, 1, 25))}
    assert "DV004" not in units
    assert {"DV005", "DV006"} <= units


def test_the_message_names_unit_period_and_last_day(home: Home) -> None:
    write_reminders(home, date(2025, 1, 25))
    folder = home.outbox / "reminders" / "2025-01-25"
    text = (folder / "DV004.txt").read_text(encoding="utf-8")
    assert "Công ty Điện lực tỉnh (DV004)" in text
    assert "- Năm 2024, mẫu BCDV: đã quá hạn, còn nhận; hạn nộp 20/01/2025, gia hạn đến 30/01/2025." in text
    (told,) = json.loads((folder / "DV004.json").read_text(encoding="utf-8"))
    assert (told["period_id"], told["state"], told["due_date"]) == ("2024-Y", "late", "2025-01-20")


def test_a_day_written_again_is_the_same_day(home: Home) -> None:
    write_reminders(home, date(2025, 1, 25))
    folder = home.outbox / "reminders" / "2025-01-25"
    before = {p.name: p.read_bytes() for p in folder.iterdir()}
    (folder / "DV999.txt").write_text("left over")
    write_reminders(home, date(2025, 1, 25))
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == before
