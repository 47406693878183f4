"""Norms and known breaks of series, from the CSV files of ``warehouse/norms``.

Does not belong here: what a form version breaks (warehouse.forms) or whether a norm was kept (the marts).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import get_args

from warehouse.check import Declared, build
from warehouse.codes import code_lists
from warehouse.forms import Concordance
from warehouse.relation import relations
from warehouse.source import Source, filled, per_root

NORMS = "warehouse/norms"
ANY = "*"


@dataclass(frozen=True, slots=True)
class DialogueNorm(Declared):
    """How many dialogues a year the decree in force requires. Source: the decree's number and dates."""

    norm_code: str
    document_number: str
    valid_from: date
    required_per_year: int
    label: str
    valid_to: date | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class KnownBreak(Declared):
    """A change to mind in series of a core table and column; ``*`` stands for all of them.

    ``binds``: figures before and after are not comparable. A rate against the norm stays comparable where only the norm changed.
    """

    break_date: date
    table_name: str
    column_name: str
    break_kind: str
    break_note_vi: str
    break_note: str
    binds: bool = False


@per_root
def dialogue_norms(root: Path) -> tuple[DialogueNorm, ...]:
    """Return the norms of dialogue in order of validity, without a gap. Raises DeclarationError."""
    source = Source(root, f"{NORMS}/dialogue.csv")
    columns = ("norm_code", "document_number", "valid_from", "valid_to", "required_per_year", "label", "note")
    found: list[tuple[int, DialogueNorm]] = []
    for line, row in source.rows(columns):
        number = row["required_per_year"]
        raw = {**filled(row), "required_per_year": int(number) if number.isdecimal() else number or None}
        norm = build(DialogueNorm, raw, source, (line,))
        if norm:
            source.refuse_unless(norm.required_per_year > 0, (line, "required_per_year"), number, "a number from 1")
            found.append((line, norm))
    codes = [n.norm_code for _, n in found]
    for i, (line, n) in enumerate(found):
        source.refuse_unless(n.norm_code not in codes[:i], (line, "norm_code"), n.norm_code, "each code once")
        late = n.valid_to is not None and n.valid_to < n.valid_from
        source.refuse_unless(not late, (line, "valid_to"), n.valid_to, f"a day from {n.valid_from}, or blank")
    for (_, before), (line, after) in pairwise(found):
        begins = before.valid_to + timedelta(days=1) if before.valid_to else None
        allowed = f"{begins}, the day after the norm before ends" if begins else "no norm after one that has no end"
        source.refuse_unless(after.valid_from == begins, (line, "valid_from"), after.valid_from, allowed)
    return source.settled(tuple(n for _, n in found))


@per_root
def known_breaks(root: Path) -> tuple[KnownBreak, ...]:
    """Return the known breaks in the order of the file. Raises DeclarationError."""
    source = Source(root, f"{NORMS}/series_break.csv")
    tables = {r.name: r.names() for r in relations(root).values() if r.schema == "core"}
    kinds = [c.code for c in code_lists(root)["break_kind"] if c.code not in get_args(Concordance)]  # not of forms
    found: list[KnownBreak] = []
    columns = ("break_date", "table_name", "column_name", "break_kind", "binds", "break_note_vi", "break_note")
    for line, row in source.rows(columns):
        source.refuse_unless(row["binds"] in ("", "yes"), (line, "binds"), row["binds"], "yes or blank")
        known = build(KnownBreak, {**filled(row), "binds": row["binds"] == "yes"}, source, (line,))
        if not known:
            continue
        found.append(known)
        source.refuse_unless(known.break_kind in kinds, (line, "break_kind"), known.break_kind, ", ".join(kinds))
        allowed = ", ".join(sorted(tables))
        if source.refuse_unless(known.table_name in (ANY, *tables), (line, "table_name"), known.table_name, allowed):
            names = tables.get(known.table_name, [])
            good = known.column_name in (ANY, *names)
            source.refuse_unless(good, (line, "column_name"), known.column_name, ", ".join((ANY, *names)))
    return source.settled(tuple(found))
