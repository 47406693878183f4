"""A cell of an OpenDocument sheet while it is read: its attributes, the text that is seen, and the value that is stated.

Does not belong here: where it stands, and what its styles say (ods_scan).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from assets.intake.grid import Refused

_VALUES = {"float": "value", "currency": "value", "percentage": "value", "date": "date-value", "time": "time-value"}
Value = float | str | bool | dt.date


@dataclass(slots=True)
class OpenCell:
    """A cell that is open: its attributes, the paragraphs of its text, and whether parts of it are marked or struck out."""

    given: Mapping[str, str]
    paragraphs: list[list[str]] = field(default_factory=list)
    marks: set[str] = field(default_factory=set)
    plain: bool = False

    @property
    def text(self) -> str:
        """What is seen."""
        return "\n".join("".join(p).strip(" ") for p in self.paragraphs)


def value_of(given: Mapping[str, str], kind: str, text: str) -> Value | None:
    """Return what a cell holds; None: nothing, or nothing that was worked out. Raises Refused for what is no value."""
    if kind == "string" or (not kind and "formula" not in given):
        return given.get("string-value", text) or None
    stated = given.get(_VALUES.get(kind, "boolean-value"), "")
    if not stated:
        return None
    if kind == "boolean":
        return stated == "true"
    if kind == "date":
        moment = day_of(stated)
        return moment if "T" in stated else moment.date()
    if kind == "time":
        return stated
    try:
        return float(stated)
    except ValueError as e:
        raise Refused("F-TRUNCATED", f"ô ghi kiểu số nhưng giá trị là “{stated[:20]}”") from e


def day_of(text: str) -> dt.datetime:
    """Return the moment that a text is. Raises Refused."""
    try:
        return dt.datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError as e:
        raise Refused("F-TRUNCATED", f"ô ghi kiểu ngày nhưng giá trị là “{text[:20]}”") from e


def is_stated(given: Mapping[str, str]) -> bool:
    """Tell whether attributes state a value."""
    return any(given.get(name) for name in ("value", "date-value", "time-value", "boolean-value", "string-value"))


def is_shut(given: Mapping[str, str]) -> bool:
    """Tell whether a row or column is not shown."""
    return given.get("visibility", "visible") != "visible"


def count_of(given: Mapping[str, str], name: str) -> int:
    """Return a count that an attribute gives; 1 without one."""
    text = given.get(name, "1")
    return max(1, int(text)) if text.isdecimal() and len(text) <= 9 else 1
