"""When reports are due: the deadline file, checked at load.

Does not belong here: who was late (mart.completeness) or who is reminded (orchestration).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from warehouse.periods import period_kinds
from warehouse.yaml_file import read_yaml

DEADLINES_FILE = Path(__file__).parent / "deadlines.yaml"


class DeadlineError(ValueError):
    """The deadline file is malformed; the message names the entry and what is expected."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """Due ``due_days`` after the last day of the period; ``grace_days`` more still count as on time.

    Units are reminded from ``remind_days`` before the due day on.
    """

    form_code: str
    period_kind: str
    due_days: int
    grace_days: int
    expected: bool = False
    remind_days: int = 7


@cache
def deadlines(path: Path = DEADLINES_FILE) -> tuple[Deadline, ...]:
    """Return every deadline. Raises DeadlineError."""
    raw = read_yaml(path)
    if not isinstance(raw, dict):
        raise DeadlineError(f"{path.name}: expected forms at the top level, e.g. 'BCDV:'")
    for form, kinds in raw.items():
        if not isinstance(kinds, dict) or not all(isinstance(e, dict) for e in kinds.values()):
            raise DeadlineError(
                f"{path.name}: {form}: expected kinds of period, each with {{due_days: 20, grace_days: 10}}"
            )
        unknown = sorted(set(kinds) - set(period_kinds()))
        if unknown:
            raise DeadlineError(
                f"{path.name}: {form}: {unknown} are no kinds of period; there are {sorted(period_kinds())}"
            )
    return tuple(_deadline(form, kind, entry) for form, kinds in raw.items() for kind, entry in kinds.items())


def _deadline(form: str, kind: str, entry: dict[str, object]) -> Deadline:
    try:
        deadline = Deadline(form, kind, **entry)  # type: ignore[arg-type]
    except TypeError as e:
        raise DeadlineError(
            f"{form}.{kind}: {e}; expected due_days, grace_days and perhaps expected, remind_days"
        ) from e
    for days in (deadline.due_days, deadline.grace_days, deadline.remind_days):
        if not isinstance(days, int) or isinstance(days, bool) or days < 0:
            raise DeadlineError(f"{form}.{kind}: days are whole numbers from 0, found {days!r}")
    return deadline
