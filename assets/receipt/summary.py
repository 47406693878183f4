"""What every receipt says above and below its findings, as plain texts: what came, how it stands, what is next, what was read.

Belongs here: the words. Does not: a workbook's sheet (listing) or a page (page) that shows them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assets.receipt.record import Answer, Record
from warehouse.clock import day_of
from warehouse.codes import labels
from warehouse.periods import period_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from warehouse.due import CalendarReport

FIGURE_TITLE = "SỐ LIỆU ĐÃ ĐỌC - đề nghị đối chiếu với bản gốc"
FIGURE_HEADERS = ("Bảng", "Số dòng", "Cột", "Đã đọc", "Cộng")
CHANGE_TITLE = "SO VỚI BẢN GỬI TRƯỚC"
CHANGE_HEADERS = ("Thay đổi", "Trang", "Ô", "Nội dung", "Trước", "Nay")
NO_FINDING = "Không có lỗi, không có cảnh báo."


def who(record: Record) -> str:
    """Name unit and period; the file when it says neither."""
    period = period_of(record.period_id) if record.period_id else None
    label = f"{period.label} ({record.period_id})" if period else record.period_id
    number = f"Lần gửi {record.revision}" if record.revision else None
    parts = [t for t in (record.unit_code, record.unit_name, label) if t]
    return " - ".join([*parts, *([number] if number else [])]) if parts else record.file_name


def is_used(record: Record) -> bool:
    """Tell whether its figures are those that count."""
    return record.verdict != "rejected" and record.used_submission_id is None


def what_came(record: Record) -> str:
    """Name the file, its submission, the day that it came on (the units') and how many findings it has."""
    day = day_of(record.received_at)
    names = labels("severity")
    counts = ", ".join(f"{n} {names[s].lower()}" for s, n in record.counts.items() if n or s == "error")
    return f"Tệp: {record.file_name} - mã bản gửi {record.submission_id} - nhận ngày {day:%d/%m/%Y} - {counts}"


def what_is_next(answer: Answer) -> str:
    """Name the reports that the unit still owes on the day of the receipt, and those that the calendar asks for next."""
    asked = {(r.form_code, r.period_id) for r in answer.owed}
    later = [r for r in answer.next if (r.form_code, r.period_id) not in asked]
    said = []
    if answer.owed:
        said.append(f"đơn vị còn phải nộp {_reports(answer.owed)}")
    if later:
        said.append(f"báo cáo {'sau đó' if answer.owed else 'tiếp theo'} theo lịch là {_reports(later)}")
    return f"Việc tiếp theo: {'; '.join(said) or 'theo lịch, đơn vị không còn báo cáo nào phải nộp'}."


def _reports(reports: Sequence[CalendarReport]) -> str:
    return "; ".join(f"{r.period_label}, mẫu {r.form_code}, hạn nộp {r.due_date:%d/%m/%Y}" for r in reports)


def figure_rows(record: Record) -> list[tuple[str, str, str, str, str]]:
    """Return the lines of the table of figures; their headers are ``FIGURE_HEADERS``."""
    return [
        (f["table"], str(f["row_count"]), f["column"], " | ".join(f["figures"]), f["total"] or "")
        for f in record.figures
    ]


def change_rows(answer: Answer) -> list[tuple[str | None, ...]]:
    """Return the lines of what changed; their headers are ``CHANGE_HEADERS``."""
    return [(c.life, c.sheet, c.cell, c.what, c.before, c.after) for c in answer.changes or ()]
