"""When reports are due: the deadline file, checked at load.

Does not belong here: who was late (mart.completeness) or who is reminded (orchestration).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

DEADLINES_FILE = Path(__file__).parent / "deadlines.yaml"


class DeadlineError(ValueError):
    """The deadline file is malformed; the message names the entry and what is expected."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """Due ``due_days`` after the last day of the period; ``grace_days`` more still count as on time."""

    form_code: str
    period_kind: str
    due_days: int
    grace_days: int
    expected: bool = False


@cache
def deadlines(path: Path = DEADLINES_FILE) -> tuple[Deadline, ...]:
    """Return every deadline. Raises DeadlineError."""
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(raw, dict):
        raise DeadlineError(f"{path.name}: expected forms at the top level, e.g. 'BCDV:'")
    return tuple(_deadline(form, kind, entry) for form, kinds in raw.items() for kind, entry in kinds.items())


def _deadline(form: str, kind: str, entry: dict[str, object]) -> Deadline:
    try:
        deadline = Deadline(form, kind, **entry)  # type: ignore[arg-type]
    except TypeError as e:
        raise DeadlineError(f"{form}.{kind}: {e}; expected due_days, grace_days and perhaps expected") from e
    for days in (deadline.due_days, deadline.grace_days):
        if not isinstance(days, int) or isinstance(days, bool) or days < 0:
            raise DeadlineError(f"{form}.{kind}: days are whole numbers from 0, found {days!r}")
    return deadline
