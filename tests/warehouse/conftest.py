"""A home with a history: what the tests of what was known then, and of what changed since, look at.

Does not belong here: homes of all rooms (tests.conftest).
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from assets.confirm import waiting
from assets.ingest import replay, take_confirmed
from assets.sample.report import Report, register_report
from tests.conftest import Fresh, Make
from tests.support import (
    Rows,
    changed_register,
    clean_rows,
    end_unit,
    put,
    put_register,
    query,
    report_of,
    take,
)
from warehouse.home import Home


def _register(revision: int, since: object = None, without: tuple[int, ...] = ()) -> Report:
    """The sample register sent again: unit 104 is there again ``since`` a day, others were there for a day only."""

    def change(rows: Rows) -> None:
        last = next(r for r in reversed(rows["unit"]) if r["unit_id"] == 104)
        again = [{**last, "valid_from": since}] if since else []
        for unit_id in (*without, *(r["unit_id"] for r in again)):
            end_unit(rows, unit_id, date(2000, 1, 1))  # type: ignore[arg-type]
        rows["unit"] += again

    return changed_register(change, revision)


def _corrected(sessions: int, revision: int) -> Report:
    rows = clean_rows(2024)
    rows["training"][0]["session_count"] = sessions
    day = report_of(104, "2024-Y", rows).cover["report_date"]
    report = report_of(104, "2024-Y", rows, {"revision": revision, "report_date": day})
    return replace(report, suffix=f"_{revision}")


@pytest.fixture(scope="session")
def stopped(once: Make, fresh: Fresh) -> tuple[Home, list[Path]]:
    """A home of eight batches, and its published file as it was after each of them."""

    def fill(folder: Path) -> None:
        home = fresh(folder / "home")

        def note(n: int) -> None:
            shutil.copy(home.database, folder / f"{n}.duckdb")

        for n, reports in enumerate(
            (
                [_corrected(2, 1)],  # before its unit is known: rejected
                None,  # the register: judged again, accepted
                [_corrected(3, 2), report_of(105, "2024-Y", clean_rows(2024))],
                [_register(2, without=(140,))],
                [_corrected(5, 3), report_of(105, "2024-H1", clean_rows(2024))],
                [
                    _register(3, since=_late())
                ],  # unit 104 began after the year: it is held, since its reports would be rejected
            ),
            start=1,
        ):
            if reports is None:
                put_register(home.inbox)
            else:
                put(home.inbox, *reports)
            take(home)
            note(n)
        take_confirmed(home, list(waiting(home)))
        note(7)
        known = query(home, "SELECT submission_id FROM intake.submission WHERE form_code = 'BCDV' ORDER BY 1")
        replay(home, [i for (i,) in known])
        note(8)

    folder = once("stopped", fill)
    return Home(folder / "home"), [folder / f"{n}.duckdb" for n in range(1, 9)]


def _late() -> object:
    first = next(r for r in register_report().rows["unit"] if r["unit_id"] == 105)["valid_from"]
    return first.replace(year=2025, month=6, day=1)  # type: ignore[attr-defined]
