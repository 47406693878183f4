"""The register of the sample bloc: units through the years, successions, other names, documents and citations.

Belongs here: data files -> rows of the register form. Does not: what the units report (life).
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from assets.template import UnitLine
from warehouse.declaration import form_tables

DATA = Path(__file__).parent / "data"
BLOC_ID, STATE_COMMITTEE_ID, PARTY_COMMITTEE_ID = 1, 2, 3
TRANSFER_DAY = date(2025, 2, 1)
_ABBREVIATIONS = (("Công ty", "Cty"), ("CP ", "Cổ phần "), ("TNHH MTV", "Trách nhiệm hữu hạn một thành viên"))


@dataclass(frozen=True, slots=True)
class Stretch:
    """One stretch of a unit's name, type and parent; days inclusive, ``valid_to`` None while it lasts."""

    unit_id: int
    unit_code: str
    unit_name: str
    party_kind_code: str
    unit_type_code: str
    level_code: str
    parent_unit_id: int | None
    valid_from: date
    valid_to: date | None

    def covers(self, day: date) -> bool:
        """Tell whether the stretch is in force on ``day``."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@cache
def bodies() -> tuple[Stretch, ...]:
    """Return the bloc and the two committees that took its units over."""
    return tuple(_stretch(r, r["level_code"], None) for r in read_data("bodies.csv"))


@cache
def unit_stretches() -> tuple[Stretch, ...]:
    """Return the units' stretches as the bloc kept them, before the transfer of February 2025."""
    return tuple(_stretch(r, "co_so", BLOC_ID) for r in read_data("units.csv"))


@cache
def stretches() -> tuple[Stretch, ...]:
    """Return every stretch of the register: bodies, units, and units under their new parent since the transfer."""
    before = [replace(s, valid_to=s.valid_to or TRANSFER_DAY - timedelta(days=1)) for s in unit_stretches()]
    after = [
        replace(s, parent_unit_id=_new_parent(s), valid_from=TRANSFER_DAY) for s in unit_stretches() if not s.valid_to
    ]
    return (*bodies(), *sorted(before + after, key=lambda s: (s.unit_id, s.valid_from)))


def unit_on(unit_id: int, day: date) -> Stretch | None:
    """Return the unit's stretch on ``day``, or None when it did not exist."""
    return next((s for s in stretches() if s.unit_id == unit_id and s.covers(day)), None)


def units_on(day: date) -> list[Stretch]:
    """Return the grassroots units alive on ``day``, by code."""
    return [s for s in stretches() if s.level_code == "co_so" and s.covers(day)]


@cache
def first_day(unit_code: str) -> date:
    """Return the first day of a unit. Raises ValueError when there is none of that code."""
    return min(s.valid_from for s in stretches() if s.unit_code == unit_code)


def ended_in(year: int) -> list[Stretch]:
    """Return the grassroots units whose last day lies in ``year`` and is not its last, as they were on it, by code."""
    found = [(s, s.valid_to) for s in stretches() if s.level_code == "co_so" and s.valid_to]
    within = [(s, day) for s, day in found if date(year, 1, 1) <= day < date(year, 12, 31)]
    return [s for s, day in within if not unit_on(s.unit_id, day + timedelta(days=1))]


def predecessors_of(unit_code: str) -> list[tuple[Stretch, date]]:
    """Return the units that were merged into this one, as they were on their last day, and the day after it."""
    merged = [r for r in _data("succession", "succession.csv") if r["succession_kind_code"] == "merger"]
    before = [(unit_on(r["from_unit_id"], r["succession_date"] - timedelta(days=1)), r) for r in merged]
    into = {s.unit_id: s.unit_code for s in stretches()}
    return [(unit, r["succession_date"]) for unit, r in before if unit and into[r["to_unit_id"]] == unit_code]


def letterhead(stretch: Stretch, day: date) -> UnitLine:
    """Return the unit's letterhead on ``day``, its superior included."""
    superior = unit_on(stretch.parent_unit_id, day) if stretch.parent_unit_id else None
    name = superior.unit_name if superior else "Tỉnh ủy"
    return UnitLine(stretch.unit_code, stretch.unit_name, stretch.party_kind_code, name)


def register_rows(known: date = date.max) -> dict[str, list[dict[str, object]]]:
    """Return the rows of the register form, by table, as the office kept them on the day ``known``."""
    documents = _known(_data("document", "documents.csv"), "document_date", known)
    numbers = {d["document_id"] for d in documents}
    return {
        "unit": _known([{f: getattr(s, f) for f in Stretch.__slots__} for s in stretches()], "valid_from", known),
        "unit_alias": _known(aliases(), "valid_from", known),
        "succession": _known(_data("succession", "succession.csv") + _transfers(), "succession_date", known),
        "unit_key": [],
        "document": documents,
        "document_citation": [c for c in _data("document_citation", "citations.csv") if c["document_id"] in numbers],
    }


@cache
def _alias_list() -> tuple[tuple[int, str, date, date | None], ...]:
    found = []
    for s in unit_stretches():
        for long, short in _ABBREVIATIONS:
            if long in s.unit_name:
                found.append((s.unit_id, s.unit_name.replace(long, short), s.valid_from, s.valid_to))
        if s.valid_to and any(o.unit_id == s.unit_id and o.valid_from > s.valid_to for o in unit_stretches()):
            since = s.valid_to + timedelta(days=1)  # the old name is still written for a year
            found.append((s.unit_id, s.unit_name, since, since + timedelta(days=365)))
    return tuple(found)


def aliases() -> list[dict[str, object]]:
    """Return the other names of the units: abbreviations, and old names for a year after a rename."""
    return [dict(zip(("unit_id", "alias_name", "valid_from", "valid_to"), a, strict=True)) for a in _alias_list()]


def alias_on(unit_id: int, day: date) -> str | None:
    """Return one other name of the unit that is valid on ``day``, or None."""
    return next((n for i, n, a, b in _alias_list() if i == unit_id and a <= day and (b is None or day <= b)), None)


def read_data(name: str) -> list[dict[str, str]]:
    """Read one of the package's CSV files."""
    with (DATA / name).open(encoding="utf-8", newline="") as f:
        return list(csv.DictReader(f))


def _known(rows: list[dict[str, Any]], since: str, known: date) -> list[dict[str, object]]:
    """Return the rows that begin by the day ``known``; an end after it is not known yet."""
    there = [r for r in rows if r[since] <= known]
    return [r | ({"valid_to": None} if (end := r.get("valid_to")) and end > known else {}) for r in there]


def _data(table: str, name: str) -> list[dict[str, Any]]:
    return [_typed(table, r) for r in read_data(name)]


def _new_parent(s: Stretch) -> int:
    return PARTY_COMMITTEE_ID if s.unit_type_code == "co_quan_dang" else STATE_COMMITTEE_ID


def _transfers() -> list[dict[str, object]]:
    note = "QĐ chuyển giao tổ chức cơ sở đảng"
    return [
        {"from_unit_id": s.unit_id, "to_unit_id": s.unit_id, "succession_date": TRANSFER_DAY,
         "succession_kind_code": "transfer", "share": 1, "source_note": note}
        for s in units_on(TRANSFER_DAY)
    ]  # fmt: skip


def _stretch(row: dict[str, str], level: str, parent: int | None) -> Stretch:
    return Stretch(
        int(row["unit_id"]),
        row["unit_code"],
        row["unit_name"],
        row["party_kind_code"],
        row["unit_type_code"],
        level,
        parent,
        date.fromisoformat(row["valid_from"]),
        date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
    )


def _typed(table: str, row: dict[str, str]) -> dict[str, object]:
    """Read the texts of a data file into the types of the table's columns; empty is None."""
    read: dict[str, Callable[[str], object]] = {"integer": int, "decimal": float, "date": date.fromisoformat}
    types = {c.name: c.type for c in form_tables()[table].columns}
    return {k: read.get(types[k], str)(v) if v else None for k, v in row.items()}
