"""Code lists, validity-dated, from the CSV files of ``warehouse/codes``; norms and status paths beside them.

Belongs here: loading and looking up. Does not: reading a cell into a code (warehouse.cells) or checking it
(expectations).
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

CODES_DIR = Path(__file__).parent / "codes"
NORMS_DIR = Path(__file__).parent / "norms"


@dataclass(frozen=True, slots=True)
class Code:
    """One code of a list. ``valid_to`` None: still valid. ``synonyms`` are other texts that units write for it."""

    code_list: str
    code: str
    label: str
    label_en: str
    valid_from: date
    valid_to: date | None
    synonyms: tuple[str, ...]
    note: str
    position: int

    def valid_on(self, day: date) -> bool:
        """Tell whether the code is valid on ``day``."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class DialogueNorm:
    """How many dialogues a year the decree in force requires. Source: the decree's number and dates."""

    norm_code: str
    document_number: str
    valid_from: date
    valid_to: date | None
    required_per_year: int
    label: str
    note: str


@cache
def code_lists() -> dict[str, tuple[Code, ...]]:
    """Return every code list by name, codes in the order of the file."""
    return {p.stem: tuple(_codes(p)) for p in sorted(CODES_DIR.glob("*.csv"))}


@cache
def status_path() -> frozenset[tuple[str, str]]:
    """Return the allowed steps (from, to) of a model's status; staying put is always allowed."""
    rows = _read(CODES_DIR / "paths" / "model_status.csv")
    return frozenset((r["from_code"], r["to_code"]) for r in rows)


@cache
def dialogue_norms() -> tuple[DialogueNorm, ...]:
    """Return the norms of dialogue in order of validity."""
    return tuple(
        DialogueNorm(
            norm_code=r["norm_code"],
            document_number=r["document_number"],
            valid_from=date.fromisoformat(r["valid_from"]),
            valid_to=_date(r["valid_to"]),
            required_per_year=int(r["required_per_year"]),
            label=r["label"],
            note=r["note"],
        )
        for r in _read(NORMS_DIR / "dialogue.csv")
    )


def _codes(path: Path) -> list[Code]:
    return [
        Code(
            code_list=path.stem,
            code=r["code"],
            label=r["label"],
            label_en=r["label_en"],
            valid_from=date.fromisoformat(r["valid_from"]),
            valid_to=_date(r["valid_to"]),
            synonyms=tuple(s for s in r["synonyms"].split("|") if s),
            note=r["note"],
            position=i,
        )
        for i, r in enumerate(_read(path), start=1)
    ]


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as f:
        return list(csv.DictReader(f))


def _date(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
