"""What a receipt says, read from the published warehouse; and its JSON form.

Does not belong here: workbooks (workbook, listing).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from warehouse import query
from warehouse.codes import labels
from warehouse.files import safe_path, sha256_of, write_file
from warehouse.told import figures
from warehouse.versions import used_then

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

    from assets.receipt.apart import Made
    from warehouse.due import CalendarReport, DueReport


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding as the clerk reads it; ``sheet`` and ``cell`` are None for findings on the whole file.

    ``probable``: which of several cells is probably wrong; None where only one can be, or it cannot be told.
    ``more_count``: so many more of its kind in its table are not listed.
    """

    code: str
    severity: str
    sheet: str | None
    cell: str | None
    found: str | None
    expected: str | None
    message: str
    remedy: str | None
    probable: str | None
    more_count: int | None
    life: str

    @property
    def mending(self) -> str | None:
        """How to mend it, and at which cell."""
        return "\n".join(t for t in (self.remedy, self.probable) if t) or None


@dataclass(frozen=True, slots=True)
class Record:
    """One submission with its verdict and findings, errors first. ``judged_at`` is the commit of that verdict (UTC).

    ``is_marked``: it gets a workbook, its own where that can be marked; where nothing but the cover is to be mended a page says it.
    ``taken_revision`` is the largest number of an accepted version of a rejected report; ``figures`` are what was read of an
    accepted one (see ``warehouse.told``).
    ``used_*`` tell of the version that is used instead of this accepted or withdrawn one; None where this one is used, or rejected.
    """

    submission_id: str
    sha256: str
    file_name: str
    file_kind: str | None
    unit_code: str | None
    unit_name: str | None
    period_id: str | None
    revision: int | None
    verdict: str
    judged_at: datetime
    received_at: datetime
    taken_revision: int | None
    used_submission_id: str | None
    used_revision: int | None
    used_report_date: date | None
    is_marked: bool
    findings: tuple[Finding, ...]
    figures: tuple[dict[str, Any], ...]

    @property
    def counts(self) -> dict[str, int]:
        """How many findings there are of each severity, those not listed too."""
        return {s: sum(1 + (f.more_count or 0) for f in self.findings if f.severity == s) for s in labels("severity")}

    @property
    def is_withdrawn(self) -> bool:
        """True when an operator took it back."""
        return any(f.code == "S-WITHDRAWN" for f in self.findings)


@dataclass(frozen=True, slots=True)
class Changed:
    """One line of what a unit changed since its version before; ``life`` says how, in its words."""

    life: str
    sheet: str | None
    cell: str | None
    what: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a unit is told: its submission, what it still owes on the day of the receipt and has to send next, what it changed.

    ``next`` are reports of the calendar that may be among those owed. ``changes`` is None for a first version.
    """

    record: Record
    owed: tuple[DueReport, ...] = ()
    next: tuple[CalendarReport, ...] = ()
    changes: tuple[Changed, ...] | None = None


def records(con: duckdb.DuckDBPyConnection, ids: Sequence[str]) -> list[Record]:
    """Return the records of the submissions, by id."""
    found: dict[str, list[Finding]] = {}
    for row in query.rows(con, "receipt_findings", ids=list(ids)):
        found.setdefault(row.pop("submission_id"), []).append(Finding(**row))
    told = figures(con, ids)
    used = used_then(con, ids)
    return [
        Record(
            **row,
            findings=tuple(found.get(row["submission_id"], ())),
            figures=tuple(told.get(row["submission_id"], ())),
        )
        for row in query.rows(con, "receipt_submissions", ids=list(ids), asked=list(used), used=list(used.values()))
    ]


def write_json(record: Record, made: Made, folder: Path) -> None:
    """Write ``<submission_id>.json``; the file bears the time of the judgement that it tells of.

    ``made`` is what the unit reads.
    """
    target = safe_path(folder, record.submission_id, ".json")
    content = json_of(record, made, folder)
    judged_at = record.judged_at.replace(tzinfo=UTC).timestamp()
    write_file(target, content, mtime=judged_at, durable=False)


def json_of(record: Record, made: Made, folder: Path) -> bytes:
    """Return what ``write_json`` writes."""
    import orjson

    return orjson.dumps(as_json(record, made, folder), option=orjson.OPT_INDENT_2)


def as_json(record: Record, made: Made, folder: Path) -> dict[str, Any]:
    """Return the record as plain values, with the counts that a program looks at first; ``workbook`` is what the unit reads."""
    return {**asdict(record), "counts": record.counts, "workbook": _workbook(record, made, folder)}


def verdict_text(record: Record) -> str:
    """Say in the clerk's words what became of the submission and what is asked of the unit."""
    verdict = labels("verdict")[record.verdict].upper()
    if record.is_withdrawn:
        return f"{verdict} - cấp trên đã bỏ bản này, số liệu của nó không được dùng; {_used(record)}"
    if record.verdict == "rejected":
        return f"{verdict} - báo cáo chưa được ghi nhận; sửa các lỗi dưới đây rồi gửi lại, {_number_to_send(record)}"
    if record.used_submission_id is None:
        return verdict
    return (
        f"{verdict} nhưng KHÔNG dùng số liệu của bản này: {_used(record)}; nếu bản này mới đúng thì gửi lại với Lần gửi lớn "
        f"hơn {record.used_revision}"
    )


def _number_to_send(record: Record) -> str:
    """Say which number the mended report bears: the same, except where an accepted version has it already."""
    if record.taken_revision is None or (record.revision or 0) > record.taken_revision:
        return "giữ nguyên Lần gửi"
    return f"ghi Lần gửi {record.taken_revision + 1} (đã ghi nhận bản Lần gửi {record.taken_revision})"


def how_to_mend(*, is_marked: bool) -> str:
    """Say where the unit mends: in the receipt itself when it is its own workbook (``is_marked``)."""
    if is_marked:
        return "Cách sửa: sửa ngay trong tệp này, tại các ô đã tô màu, rồi gửi lại chính tệp này (không cần xóa trang này)."
    return "Cách sửa: sửa trong tệp gốc của đơn vị rồi gửi lại."


def _used(record: Record) -> str:
    """Name the version that is used."""
    if record.used_submission_id is None:
        return "hiện không có bản nào được dùng, gửi lại báo cáo với Lần gửi 1"
    day = f", báo cáo ngày {record.used_report_date:%d/%m/%Y}" if record.used_report_date else ""
    return f"đang dùng bản Lần gửi {record.used_revision}{day} (mã bản gửi {record.used_submission_id})"


def readable(folder: Path, submission_id: str, kind: str) -> Path:
    """Return the place of what the unit reads: a workbook, or a page when there is nothing to mark."""
    return safe_path(folder, submission_id, ".html" if kind == "page" else ".xlsx")


def clear_other(folder: Path, submission_id: str, kind: str) -> None:
    """Take away what an earlier receipt of the submission was read as, where this one is of another ``kind``."""
    readable(folder, submission_id, "list" if kind == "page" else "page").unlink(missing_ok=True)


def more_text(count: int) -> str:
    """Say in the clerk's words that there are ``count`` more findings of a kind."""
    number = f"{count:,}".replace(",", ".")
    return f"Và {number} chỗ khác cùng lỗi này, không liệt kê."


def _workbook(record: Record, made: Made, folder: Path) -> dict[str, str | None]:
    if made.kind is None:
        return {"kind": None, "sha256": None, "why": made.why}
    return {"kind": made.kind, "sha256": sha256_of(readable(folder, record.submission_id, made.kind)), "why": made.why}
