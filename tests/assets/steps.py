"""A batch interrupted at each step that it reports itself: whatever happens there, the next start loses nothing.

The steps are those of a real batch, so a new one is tried too and none is named here. Does not belong here: what interrupts.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from assets.progress import reporting_to
from tests.support import clean_rows, copy_home, put, query, report_of, second_opinion, take_and_answer
from warehouse.catalog import open_build, open_published, writer_lock
from warehouse.content import YearHash, content_hashes
from warehouse.home import Home

#: children are forked from a process that holds the heavy libraries already: a start from nothing costs seconds
WARM = multiprocessing.get_context("forkserver")
WARM.set_forkserver_preload(["duckdb", "openpyxl", "polars", "pyarrow"])
#: gets the home and the number of the step
Interrupt = Callable[[Home, int], None]


class AtStep:
    """A receiver of progress that lets something happen when the step of a number begins."""

    def __init__(self, number: int = -1, happens: Callable[[], None] = lambda: None) -> None:
        self.steps: list[str] = []
        self._number, self._happens = number, happens

    def __call__(self, step: str, _done: int, _total: int) -> None:
        """Note the step when another begins."""
        if self.steps[-1:] != [step]:
            self.steps.append(step)
            if len(self.steps) - 1 == self._number:
                self._happens()


def kill_at(home: Home, number: int) -> None:
    """Take the inbox in a process of its own, which dies of a kill -9 when the step of a number begins."""
    killed = WARM.Process(target=_take_until, args=(str(home.root), number))
    killed.start()
    killed.join()
    assert killed.exitcode == -signal.SIGKILL


def _take_until(root: str, number: int) -> None:
    def die() -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    with second_opinion(wanted=False), reporting_to(AtStep(number, die)):
        take_and_answer(Home(Path(root)))


def interrupted_at_each_step(registered: Home, folder: Path, interrupt: Interrupt) -> list[str]:
    """Interrupt a batch of two reports at each step, check what is left, let the next start complete it; return the steps.

    Steps after which nothing was committed leave the home as it was: they are tried one after the other on one home.
    """
    homes = (_with_reports(copy_home(registered, folder / f"{n}")) for n in range(1000))
    watched, expected = AtStep(), next(homes)
    with reporting_to(watched):
        take_and_answer(expected)
    home = next(homes)
    for number, step in enumerate(watched.steps):
        try:
            before = _ledger(home)
            interrupt(home, number)
            if _consistent(home) == before and step != watched.steps[-1]:
                continue
            take_and_answer(home)
            _consistent(home)
            _whole(home, expected)
        except BaseException as e:
            e.add_note(f"interrupted at step {number}, {step}")
            raise
        home = next(homes)
    return watched.steps


def _with_reports(home: Home) -> Home:
    put(home.inbox, report_of(104, "2024-Y", clean_rows(2024)), report_of(105, "2024-Y", clean_rows(2024)))
    return home


def _ledger(home: Home) -> list[tuple[Any, ...]]:
    with writer_lock(home), open_build(home) as con:
        return con.execute('SELECT count(*), max("at") FROM intake.event').fetchall()


def _consistent(home: Home) -> list[tuple[Any, ...]]:
    """Ledger and core agree in the build file and in the published one, which holds all of the batch or nothing of it."""
    owed = (
        "SELECT count(*) FROM intake.submission s WHERE verdict = 'accepted' AND form_code = 'BCDV' "
        "AND submission_id NOT IN (SELECT submission_id FROM core.fact_training)"
    )
    orphans = (
        "SELECT count(*) FROM core.fact_training WHERE submission_id NOT IN (SELECT submission_id FROM intake.event)"
    )
    reports = "SELECT count(*) FROM intake.submission WHERE form_code = 'BCDV'"
    with writer_lock(home), open_build(home) as build, open_published(home) as published:
        for con in (build, published):
            assert con.execute(owed).fetchall() == con.execute(orphans).fetchall() == [(0,)]
            assert con.execute(reports).fetchall() in ([(0,)], [(2,)])
    return _ledger(home)


def _whole(home: Home, expected: Home) -> None:
    """The warehouse is that of a batch which nothing interrupted; no file is left, and none was taken twice."""
    assert _hashes(home) == _hashes(expected)
    assert [p for p in home.inbox.rglob("*") if p.is_file()] == []
    events = "SELECT event, count(*) FROM intake.event WHERE file_name LIKE 'BCDV%' GROUP BY 1 ORDER BY 1"
    assert query(home, events) == [("received", 2)], "each arrival is in the ledger once, and none as a duplicate"
    submissions = {row[0] for row in query(home, "SELECT submission_id FROM intake.submission")}
    assert {p.stem for p in home.receipts.glob("*.json")} == submissions, "no submission is left without a receipt"


def _hashes(home: Home) -> list[YearHash]:
    with open_published(home) as con:
        return content_hashes(con)
