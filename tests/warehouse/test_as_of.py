"""As of a batch: each table as a home that stopped there has it, through corrections, replays and changes of the register.

Does not belong here: what is kept, and when (assets.test_generations).
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from assets.confirm import waiting
from assets.ingest import replay, take_confirmed
from assets.sample.report import Report, register_report
from tests.conftest import Make
from tests.support import (
    REPO,
    Rows,
    changed_register,
    clean_rows,
    end_unit,
    make_home,
    put,
    put_register,
    query,
    report_of,
    take,
)
from warehouse.as_of import as_of_macros
from warehouse.home import Home
from warehouse.relation import relations

TOLD = "submission_id, form_code, verdict, error_count, unit_id, period_id, revision, report_date, is_current"


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


@pytest.fixture(scope="module")
def stopped(once: Make) -> tuple[Home, list[Path]]:
    """A home of eight batches, and its published file as it was after each of them."""

    def fill(folder: Path) -> None:
        home = make_home(folder / "home")

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


def _rows(path: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(path), read_only=True) as con:
        return con.execute(f"{sql} ORDER BY ALL").fetchall()


def test_there_is_a_macro_for_every_table_that_is_kept_in_generations() -> None:
    kept = {f"{r.qualified}_as_of" for r in relations().values() if r.in_generations}
    assert set(as_of_macros(REPO)) == {*kept, "intake.submission_as_of"}


@pytest.mark.parametrize("table", sorted(r.qualified for r in relations().values() if r.in_generations))
def test_as_of_a_batch_a_table_is_what_a_home_that_stopped_there_has(
    stopped: tuple[Home, list[Path]], table: str
) -> None:
    _, files = stopped
    columns = ", ".join(n for n in relations()[table].names() if n != "life")
    for n, then in enumerate(files, start=1):
        assert _rows(files[-1], f"SELECT {columns} FROM {table}_as_of({n})") == _rows(
            then, f"SELECT {columns} FROM {table}"
        ), n


def test_as_of_a_batch_the_verdicts_are_what_a_home_that_stopped_there_has(stopped: tuple[Home, list[Path]]) -> None:
    _, files = stopped
    for n, then in enumerate(files, start=1):
        as_of = _rows(files[-1], f"SELECT {TOLD} FROM intake.submission_as_of({n})")
        assert as_of == _rows(then, f"SELECT {TOLD} FROM intake.submission"), n


def test_which_version_stood_follows_from_the_judgements_of_then(stopped: tuple[Home, list[Path]]) -> None:
    home, _ = stopped

    def stood(n: int) -> list[tuple[Any, ...]]:
        sql = f"SELECT session_count, is_current FROM core.fact_training_as_of({n}) WHERE unit_id = 104 ORDER BY 1"
        return query(home, sql)

    last = [(2, False), (3, False), (5, True)]
    assert [stood(n) for n in range(1, 8)] == [
        [], [(2, True)], [(2, False), (3, True)], [(2, False), (3, True)], last, last, [],
    ]  # fmt: skip
