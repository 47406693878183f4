"""Reminders: one message per unit that owes a report, in the outbox, as text and as JSON.

Does not belong here: who owes what (warehouse.due), or sending - that is the operator's choice.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from itertools import groupby
from typing import TYPE_CHECKING

from warehouse.catalog import open_published
from warehouse.codes import labels
from warehouse.due import DueReport, due_reports
from warehouse.files import safe_path, written_folder

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from warehouse.home import Home


def write_reminders(home: Home, today: date) -> list[DueReport]:
    """Write ``outbox/reminders/<day>/<unit>.txt`` and ``.json``; a day written again is the same day. Returns what is owed.

    The folder of a day is complete or absent. Raises FileNotFoundError when nothing is published yet.
    """
    with open_published(home) as con:
        owed = due_reports(con, today)
    folder = home.outbox / "reminders" / f"{today:%Y-%m-%d}"
    with written_folder(folder) as making:
        for unit, group in groupby(owed, key=lambda r: r.unit_code):
            reports = list(group)
            safe_path(making, unit, ".txt").write_text(_text(reports), encoding="utf-8")
            content = json.dumps([asdict(r) for r in reports], ensure_ascii=False, indent=2, default=str)
            safe_path(making, unit, ".json").write_text(content, encoding="utf-8")
    return owed


def _text(reports: Sequence[DueReport]) -> str:
    lines = [
        f"Kính gửi: {reports[0].unit_name} ({reports[0].unit_code})",
        "",
        "Đơn vị còn các báo cáo chưa được ghi nhận:",
    ]
    for r in reports:
        state = labels("due_state")[r.state].lower()
        # before the due day nobody is told that there is grace
        grace = "" if r.state == "due" else f", gia hạn đến {r.last_day:%d/%m/%Y}"
        lines.append(f"- {r.period_label}, mẫu {r.form_code}: {state}; hạn nộp {r.due_date:%d/%m/%Y}{grace}.")
    lines += ["", "Nếu đã gửi, đề nghị xem biên nhận: báo cáo bị trả lại thì sửa theo biên nhận và gửi lại."]
    return "\n".join(lines) + "\n"
