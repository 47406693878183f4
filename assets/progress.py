"""Telling whoever waits how far a batch is, without the pipeline knowing who that is.

Does not belong here: bars and screens (orchestration.cli).
"""

from __future__ import annotations

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
