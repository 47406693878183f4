"""What a unit changed since the version before: finding by finding mended, open or new, and every other cell that differs.

Both versions are read again from the archive, as they were written: a rejected one has no rows in the warehouse.
Does not belong here: comparing cells (compare), showing it (summary).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from assets.intake.archive import archive_path, damage_of
from assets.intake.extract import Extract, extract
from assets.intake.workers import read_many
from assets.receipt.compare import Comparison, compare
from assets.receipt.record import Changed, Finding, records
from warehouse import query
from warehouse.cells.words import shown_text

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

    from assets.receipt.record import Record

FIXED, OPEN, NEW = "Đã sửa", "Còn", "Mới"
ASKED, OTHER = "Sửa theo biên nhận", "Thay đổi khác"
ROW_GONE, ROW_NEW = "Bớt dòng", "Thêm dòng"
#: lines of a receipt; a table that was written anew has as many changes as cells
LISTED = 500


def changes(con: duckdb.DuckDBPyConnection, archive: Path, told: Sequence[Record]) -> dict[str, tuple[Changed, ...]]:
    """Return, by submission, what changed since the version before; those without one, or with a damaged one, are left out."""
    pairs = query.rows(con, "versions_before", ids=[r.submission_id for r in told])
    if not pairs:
        return {}
    now = {r.submission_id: r for r in told}
    before = {r.submission_id: r for r in records(con, sorted({p["before_id"] for p in pairs}))}
    read = _read(
        archive, [*now.values(), *before.values()], {i for p in pairs for i in (p["submission_id"], p["before_id"])}
    )
    out = {}
    for new_id, old_id in ((p["submission_id"], p["before_id"]) for p in pairs):
        if new_id in read and old_id in read:
            compared = compare(read[old_id], read[new_id])
            out[new_id] = _lines(before[old_id].findings, now[new_id].findings, compared)
    return out


def _read(archive: Path, of: Sequence[Record], wanted: set[str]) -> dict[str, Extract]:
    files = {r.submission_id: (archive_path(archive, r.sha256), r) for r in of if r.submission_id in wanted}
    jobs = [(i, str(p), r.file_name) for i, (p, r) in sorted(files.items()) if not damage_of(p, r.sha256)]
    return {i: e for i, e in read_many(jobs, extract) if isinstance(e, Extract)}


def _lines(before: Sequence[Finding], now: Sequence[Finding], compared: Comparison) -> tuple[Changed, ...]:
    """Findings first, then cells; a cell that a finding was about was asked for."""
    there = {(f.code, f.sheet, f.cell) for f in now}
    out, known = [], set()
    asked = set()
    for f in before:
        place = compared.moved.get((f.sheet or "", f.cell or ""), (f.sheet, f.cell))
        asked.add(place)
        known.add((f.code, *place))
        life = OPEN if (f.code, *place) in there else FIXED
        out.append(Changed(life, place[0], place[1], f.message, f.found, None))
    out += [
        Changed(NEW, f.sheet, f.cell, f.message, None, f.found) for f in now if (f.code, f.sheet, f.cell) not in known
    ]
    for c in compared.changes:
        what = (
            (ROW_GONE if c.after is None else ROW_NEW) if c.is_row else ASKED if (c.sheet, c.cell) in asked else OTHER
        )
        out.append(Changed(what, c.sheet, c.cell, c.header, _short(c.before), _short(c.after)))
    return tuple(out[:LISTED])


def _short(text: str | None) -> str | None:
    return shown_text(text) if text else None
