"""Telling whoever waits how far a batch is, without the pipeline knowing who that is.

Does not belong here: bars and screens (orchestration.cli).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

#: called with (step, done, total); total 0 means that the step has no count
Report = Callable[[str, int, int], None]


def _silent(_step: str, _done: int, _total: int) -> None:
    """Nobody waits."""


_report: ContextVar[Report] = ContextVar("danvan_progress", default=_silent)


def report(step: str, done: int = 0, total: int = 0) -> None:
    """Say that ``done`` of ``total`` of ``step`` are through."""
    _report.get()(step, done, total)


@contextmanager
def reporting_to(callback: Report) -> Iterator[None]:
    """Send reports of this context to ``callback``."""
    token = _report.set(callback)
    try:
        yield
    finally:
        _report.reset(token)


@contextmanager
def timed() -> Iterator[dict[str, float]]:
    """Yield the seconds of each step that the body reports, complete when it ends; whoever listened before still hears all."""
    seconds: dict[str, float] = {}
    heard, under_way = _report.get(), [("", time.monotonic())]

    def note(step: str, done: int, total: int) -> None:
        name, since = under_way[0]
        if step != name:
            now = time.monotonic()
            if name:
                seconds[name] = seconds.get(name, 0.0) + now - since
            under_way[0] = (step, now)
        heard(step, done, total)

    with reporting_to(note):
        yield seconds
    name, since = under_way[0]
    if name:
        seconds[name] = seconds.get(name, 0.0) + time.monotonic() - since
