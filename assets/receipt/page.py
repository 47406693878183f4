"""The readable receipt of a report in which nothing, or its cover alone, is to be mended: one page without anything of its file.

A page takes a hundredth of the time of a workbook, so every report can have one, and a mass rejection has its receipts soon.
Does not belong here: the words (summary).
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

from assets.intake.own_sheet import RECEIPT_TITLE
from assets.receipt import summary
from assets.receipt.record import Answer, Finding, Record, how_to_mend, more_text, readable, verdict_text
from warehouse.codes import labels
from warehouse.files import write_file

_STYLE = (
    "body{font:15px 'Times New Roman',serif;margin:2em auto;max-width:60em}h1{font-size:20px}h2{font-size:16px}"
    "table{border-collapse:collapse}td,th{border:1px solid #999;padding:3px 8px;text-align:left;vertical-align:top}"
    "th{background:#e7e6e6}.good{color:#2e7d32}.bad{color:#c00000}"
)
_HEADERS = ("Mức độ", "Trang", "Ô", "Nội dung", "Ghi trong tệp", "Cần có", "Cách sửa")


def write_page(answer: Answer, folder: Path) -> None:
    """Write ``<submission_id>.html`` into ``folder``."""
    place = readable(folder, answer.record.submission_id, "page")
    write_file(place, page(answer).encode(errors="replace"), durable=False)


def page(answer: Answer) -> str:
    """Return the page."""
    record = answer.record
    tone = "good" if summary.is_used(record) else "bad"
    return (
        f'<!doctype html><html lang="vi"><meta charset="utf-8"><title>{escape(summary.who(record))}</title>'
        f"<style>{_STYLE}</style><h1>{RECEIPT_TITLE}</h1><p><b>{escape(summary.who(record))}</b></p>"
        f'<p class="{tone}"><b>{escape(verdict_text(record))}</b></p><p>{escape(summary.what_came(record))}</p>'
        f"<p>{escape(summary.what_is_next(answer))}</p>{_findings(record)}{_changes(answer)}{_figures(record)}</html>\n"
    )


def _findings(record: Record) -> str:
    if not record.findings:
        return f"<p>{summary.NO_FINDING}</p>"
    names = labels("severity")
    rows = [(names[f.severity], f.sheet, f.cell, _message(f), f.found, f.expected, f.mending) for f in record.findings]
    mend = (
        f"<p>{escape(how_to_mend(is_marked=False))}</p>" if any(f.severity != "info" for f in record.findings) else ""
    )
    return mend + _table("", _HEADERS, rows)


def _message(finding: Finding) -> str:
    return f"{finding.message} {more_text(finding.more_count)}" if finding.more_count else finding.message


def _changes(answer: Answer) -> str:
    rows = summary.change_rows(answer)
    return _table(summary.CHANGE_TITLE, summary.CHANGE_HEADERS, rows) if rows else ""


def _figures(record: Record) -> str:
    rows = summary.figure_rows(record)
    return _table(summary.FIGURE_TITLE, summary.FIGURE_HEADERS, rows) if rows else ""


def _table(title: str, headers: Sequence[str], rows: Sequence[Sequence[str | None]]) -> str:
    head = "".join(f"<th>{escape(h)}" for h in headers)
    body = "".join("<tr>" + "".join(f"<td>{escape(t or '')}" for t in row) for row in rows)
    return f"<h2>{escape(title)}</h2><table><tr>{head}{body}</table>"
