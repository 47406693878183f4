"""When reports are due: the deadline file, checked at load.

Does not belong here: who was late (mart.completeness) or who is reminded (orchestration).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from warehouse.check import Declared, build
from warehouse.forms import form_codes
from warehouse.periods import period_kinds
from warehouse.source import Source, per_root

DEADLINES = "warehouse/deadlines.yaml"


@dataclass(frozen=True, slots=True)
class Deadline(Declared):
    """Due ``due_days`` after the last day of the period; ``grace_days`` more still count as on time.

    Units are asked for the report from ``remind_days`` before the due day until ``ask_days`` after the days of grace.
    """

    form_code: str
    period_kind: str
    due_days: int
    grace_days: int
    expected: bool = False
    remind_days: int = 7
    ask_days: int = 180


@per_root
def deadlines(root: Path) -> tuple[Deadline, ...]:
    """Return every deadline. Raises DeclarationError."""
    source = Source(root, DEADLINES)
    raw, forms = source.yaml(), form_codes("replace", root)
    found = []
    for form, kinds in raw.items() if isinstance(raw, dict) else ():
        source.refuse_unless(form in forms, (form,), form, ", ".join(forms))
        if source.refuse_unless(
            isinstance(kinds, dict), (form,), kinds, "kinds of period, e.g. Y: {due_days: 20, grace_days: 10}"
        ):
            found += [_deadline(source, form, kind, entry) for kind, entry in kinds.items()]
    source.refuse_unless(isinstance(raw, dict), (), raw, f"forms: {', '.join(forms)}")
    return source.settled(tuple(d for d in found if d))


def _deadline(source: Source, form: str, kind: str, entry: object) -> Deadline | None:
    kinds = period_kinds()
    if not source.refuse_unless(kind in kinds, (form, kind), kind, ", ".join(kinds)):
        return None
    deadline = build(Deadline, entry, source, (form, kind), form_code=form, period_kind=kind)
    for name in ("due_days", "grace_days", "remind_days", "ask_days") if deadline else ():
        days = getattr(deadline, name)
        source.refuse_unless(days >= 0, (form, kind, name), days, "a whole number from 0")
    return deadline
