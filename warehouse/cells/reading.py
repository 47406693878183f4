"""A tagged cell, and what reading it gives: a value, the state of its cell, or an issue.

Belongs here: the two shapes between which every kind of cell reads. Does not: the kinds.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

#: None (blank), or a tag of two characters and the text: ``s:`` text, ``n:`` number (shortest form), ``d:`` ISO date,
#: ``t:`` time, ``b:`` true or false, ``e:`` Excel error
Cell = str | None
State = Literal["value", "zero", "none_stated", "not_reported", "gan", "hon", "tren", "khoang"]
Value = int | float | str | bool | date | tuple[object, ...] | None


@dataclass(frozen=True, slots=True)
class Reading:
    """One cell read. With an ``issue`` (a V- code) there is no value."""

    value: Value
    state: State
    issue: str | None = None


NOT_REPORTED = Reading(None, "not_reported")
NONE_STATED = Reading(None, "none_stated")


def issue(code: str) -> Reading:
    """A cell that could not be read: no value and never a guess."""
    return Reading(None, "not_reported", code)


def figure(value: int | float, qualifier: State | None = None) -> Reading:
    """A figure with its state; a qualified figure keeps its qualifier as the state."""
    return Reading(value, qualifier or ("zero" if value == 0 else "value"))
