"""The receipts of what was judged since they were last written, and of what a crash left without one.

Does not belong here: what a receipt says (record) or looks like (workbook), the processes that make workbooks (apart).
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, TypeVar

from assets.progress import report
from assets.receipt.apart import Made, make_apart
from assets.receipt.changes import changes
from assets.receipt.outbox import put_out
from assets.receipt.page import write_page
from assets.receipt.record import Answer, clear_other, readable, records, write_json
from warehouse import clock, query
from warehouse.catalog import open_published
from warehouse.due import CalendarReport, due_reports, next_reports

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import duckdb

    from warehouse.home import Home

_Report = TypeVar("_Report", bound=CalendarReport)
#: seconds by which one moment may differ between a database and a file system
_SAME = 0.001
#: submissions whose findings are held at once: what they said is looked for in all that was ever loaded, once for so many
_AT_ONCE = 512


@dataclass(slots=True)
class Receipts:
    """How many were written, and why some workbooks could not be marked, by submission: these list the findings alone."""

    written: int = 0
    failed: dict[str, str] = field(default_factory=dict)


def write_receipts(home: Home, processes: int = 2) -> Receipts:
    """Write what is due, first what was judged first: JSON for each, a workbook where cells are to be marked, else a page.

    Due are the submissions without a receipt, and those whose receipt tells of another judgement than the one that stands:
    it bears that judgement's time, whichever way the clock went. Of each receipt the JSON comes last: it says that it is whole.
    """
    with open_published(home) as con:
        return _write(con, home, receipts_due(con, home), processes)


def receipts_due(con: duckdb.DuckDBPyConnection, home: Home) -> list[str]:
    """Return the ids of the submissions whose receipts are due (see ``write_receipts``), the first judged first."""
    written = {p.stem: p.stat().st_mtime for p in home.receipts.glob("*.json")}
    judged = query.rows(con, "judgements")
    return [j["submission_id"] for j in judged if abs(written.get(j["submission_id"], 0) - j["judged_at"]) > _SAME]


def write_receipt(con: duckdb.DuckDBPyConnection, home: Home, submission_id: str) -> Made:
    """Write the receipt of one submission anew. Raises LookupError for an unknown one."""
    found = answers(con, home.archive, [submission_id], Calendar(con))
    if not found:
        raise LookupError(submission_id)
    return _one(home, found[0])


class Calendar:
    """What each unit owes today, and what it has to send next: the same for every receipt of one making."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        today = clock.today()
        self.owed, self.next = _by_unit(due_reports(con, today)), _by_unit(next_reports(con, today))


def _by_unit(reports: Sequence[_Report]) -> dict[str, tuple[_Report, ...]]:
    return {unit: tuple(of_unit) for unit, of_unit in groupby(reports, key=lambda r: r.unit_code)}


def answers(con: duckdb.DuckDBPyConnection, archive: Path, ids: Sequence[str], calendar: Calendar) -> list[Answer]:
    """Return what the units are told of the submissions, by id."""
    told = records(con, ids)
    changed = changes(con, archive, told)
    owed, later = calendar.owed, calendar.next
    units = [(r, r.unit_code or "") for r in told]
    return [Answer(r, owed.get(unit, ()), later.get(unit, ()), changed.get(r.submission_id)) for r, unit in units]


def _write(con: duckdb.DuckDBPyConnection, home: Home, due: Sequence[str], processes: int) -> Receipts:
    done = Receipts()
    home.receipts.mkdir(parents=True, exist_ok=True)
    report("receipts", 0, len(due))
    if not due:
        return done
    calendar = Calendar(con)
    with ThreadPoolExecutor(max(1, processes)) as pool:
        for start in range(0, len(due), _AT_ONCE):
            ids = due[start : start + _AT_ONCE]
            by_id = {a.record.submission_id: a for a in answers(con, home.archive, ids, calendar)}
            found = [by_id[i] for i in ids]
            for submission_id, made in zip(ids, pool.map(partial(_one, home), found), strict=True):
                done.written += 1
                if made.is_failure:
                    done.failed[submission_id] = made.why or ""
                report("receipts", done.written, len(due))
    return done


def _one(home: Home, answer: Answer) -> Made:
    record = answer.record
    if record.is_marked:
        made = make_apart(answer, home.archive, home.receipts)
    else:
        write_page(answer, home.receipts)
        made = Made("page")
    if made.kind:
        clear_other(home.receipts, record.submission_id, made.kind)
        place = put_out(home, record, readable(home.receipts, record.submission_id, made.kind))
        made = replace(made, outbox=str(place))
    write_json(record, made, home.receipts)
    return made
