"""What a receipt says, read from the published warehouse; and its JSON form.

Does not belong here: workbooks (workbook, listing).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from warehouse import query
from warehouse.codes import labels
from warehouse.files import write_file

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding as the clerk reads it; ``sheet`` and ``cell`` are None for findings on the whole file."""

    code: str
    severity: str
    sheet: str | None
    cell: str | None
    found: str | None
    expected: str | None
    message: str
    remedy: str | None
    life: str


@dataclass(frozen=True, slots=True)
class Record:
    """One submission with its verdict and findings, errors first. ``judged_at`` is the commit of that verdict (UTC)."""

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
    findings: tuple[Finding, ...]


def records(con: duckdb.DuckDBPyConnection, ids: Sequence[str]) -> list[Record]:
    """Return the records of the submissions, by id."""
    found: dict[str, list[Finding]] = {}
    for row in query.rows(con, "receipt_findings", ids=list(ids)):
        found.setdefault(row.pop("submission_id"), []).append(Finding(**row))
    rows = query.rows(con, "receipt_submissions", ids=list(ids))
    return [Record(**row, findings=tuple(found.get(row["submission_id"], ()))) for row in rows]


def write_json(con: duckdb.DuckDBPyConnection, ids: Sequence[str], folder: Path) -> None:
    """Write ``<submission_id>.json`` for each submission; the file bears the time of the judgement that it tells of."""
    import orjson

    folder.mkdir(parents=True, exist_ok=True)
    for record in records(con, ids):
        content = orjson.dumps(as_json(record), option=orjson.OPT_INDENT_2)
        judged_at = record.judged_at.replace(tzinfo=UTC).timestamp()
        write_file(folder / f"{record.submission_id}.json", content, mtime=judged_at, durable=False)


def as_json(record: Record) -> dict[str, Any]:
    """Return the record as plain values, with the counts that a program looks at first."""
    counts = {s: sum(f.severity == s for f in record.findings) for s in labels("severity")}
    return {**asdict(record), "counts": counts}
