"""A cell of an OpenDocument sheet while it is read: its attributes, the text that is seen, and the value that is stated.

Does not belong here: where it stands, and what its styles say (ods_scan).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from assets.intake.grid import Refused
from warehouse.cells.days import VIETNAM

_VALUES = {"float": "value", "currency": "value", "percentage": "value", "date": "date-value", "time": "time-value"}
#: a day, or a moment, and the zone that either may have
_MOMENT = re.compile(r"(?P<day>\d{4}-\d{2}-\d{2})(?P<time>T[\d:.]+)?(?P<zone>Z|[+-]\d{2}:\d{2})?")
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
    """Return the moment that a text is, in Vietnam where it states a zone; a day is that day in any zone. Raises Refused."""
    found = _MOMENT.fullmatch(text)
    try:
        if not found:
            raise ValueError(text)
        moment = dt.datetime.fromisoformat(text if found["time"] else found["day"])
        return moment.astimezone(VIETNAM).replace(tzinfo=None) if moment.tzinfo else moment
    except (ValueError, OverflowError) as e:
        raise Refused("F-TRUNCATED", f"ô ghi kiểu ngày nhưng giá trị là “{text[:20]}”") from e


def has_zone(text: str) -> bool:
    """Tell whether a day or moment states a zone: the second parser gives those as texts."""
    found = _MOMENT.fullmatch(text)
    return bool(found and found["zone"])


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
