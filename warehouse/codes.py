"""Code lists, validity-dated, from the CSV files of ``warehouse/codes``; the paths of statuses beside them.

Belongs here: loading, checking and looking up. Does not: norms (warehouse.norms), reading a cell into a code
(warehouse.cells) or checking it (expectations).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType

from warehouse.check import Declared, build
from warehouse.source import ROOT, Source, filled, per_root

CODES = "warehouse/codes"
#: the columns of every code list; further ones are properties of its codes
STANDARD = ("code", "label", "label_en", "valid_from", "valid_to", "synonyms", "note")
#: the day from which a code is valid that was always valid
ALWAYS = date(1900, 1, 1)


@dataclass(frozen=True, slots=True)
class Code(Declared):
    """One code of a list. ``valid_to`` None: still valid. ``synonyms`` are other texts that units write for it.

    ``properties`` are the list's further columns: a name that begins with ``is_`` is a flag, one that ends with ``_code``
    holds a code of the list of that name, or None.
    """

    code_list: str
    code: str
    label: str
    label_en: str
    valid_from: date
    position: int
    valid_to: date | None = None
    synonyms: tuple[str, ...] = ()
    note: str = ""
    properties: Mapping[str, bool | str | None] = field(default_factory=dict, hash=False)

    def valid_on(self, day: date) -> bool:
        """Tell whether the code is valid on ``day``."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Step(Declared):
    """An allowed step of a status path."""

    from_code: str
    to_code: str


@cache
def code_list_names(root: Path = ROOT) -> frozenset[str]:
    """Return the names of the code lists without reading them."""
    return frozenset(p.stem for p in (root / CODES).glob("*.csv"))


@per_root
def code_lists(root: Path) -> dict[str, tuple[Code, ...]]:
    """Return every code list by name, codes in the order of the file. Raises DeclarationError."""
    return {name: _code_list(root, name) for name in sorted(code_list_names(root))}


def labels(code_list: str) -> dict[str, str]:
    """Return the Vietnamese label of each code of a list, in the order of the list. Raises KeyError."""
    return {c.code: c.label for c in code_lists()[code_list]}


@per_root
def status_path(root: Path) -> frozenset[tuple[str, str]]:
    """Return the allowed steps (from, to) of a model's status; staying put is always allowed. Raises DeclarationError."""
    source = Source(root, f"{CODES}/paths/model_status.csv")
    codes = _first_cells(root, "model_status")
    steps: list[tuple[str, str]] = []
    for line, row in source.rows(("from_code", "to_code")):
        for name, code in row.items():
            source.refuse_unless(code in codes, (line, name), code, ", ".join(codes))
        step = (row["from_code"], row["to_code"])
        source.refuse_unless(step not in steps, (line, "to_code"), step[1], "each step once")
        source.refuse_unless(
            step[0] != step[1], (line, "to_code"), step[1], "another code: staying put is always allowed"
        )
        steps.append(step)
    return source.settled(frozenset(steps))


def _code_list(root: Path, name: str) -> tuple[Code, ...]:
    source = Source(root, f"{CODES}/{name}.csv")
    found: list[tuple[int, Code]] = []
    for position, (line, row) in enumerate(source.rows(STANDARD, further=True), start=1):
        standard = filled({n: row[n] for n in STANDARD})
        if "synonyms" in standard:
            standard["synonyms"] = row["synonyms"].split("|")
        code = build(Code, standard, source, (line,), code_list=name, position=position, properties={})
        properties = _properties(root, source, line, row)
        if code:
            found.append((line, replace(code, properties=properties)))
    _check(source, found)
    return source.settled(tuple(code for _, code in found))


def _properties(root: Path, source: Source, line: int, row: dict[str, str]) -> Mapping[str, bool | str | None]:
    out: dict[str, bool | str | None] = {}
    for name, text in row.items():
        if name in STANDARD:
            continue
        if name.startswith("is_"):
            source.refuse_unless(text in ("yes", ""), (line, name), text, "yes or blank")
            out[name] = text == "yes"
        elif name.endswith("_code") and name.removesuffix("_code") in code_list_names(root):
            codes = _first_cells(root, name.removesuffix("_code"))
            source.refuse_unless(text in (*codes, ""), (line, name), text, f"{', '.join(codes)}, or blank")
            out[name] = text or None
        else:
            source.problem((1, name), name, "is_..., or the name of a code list and _code")
    return MappingProxyType(out)


def _check(source: Source, codes: list[tuple[int, Code]]) -> None:
    meant: dict[str, str] = {}
    seen: set[str] = set()
    for line, c in codes:
        source.refuse_unless(c.code not in seen, (line, "code"), c.code, "each code once")
        seen.add(c.code)
        late = c.valid_to is not None and c.valid_to < c.valid_from
        source.refuse_unless(not late, (line, "valid_to"), c.valid_to, f"a day from {c.valid_from}, or blank")
        for name, text in (("label", c.label), *(("synonyms", s) for s in c.synonyms)):
            other = meant.setdefault(text.casefold(), c.code)
            source.refuse_unless(
                other == c.code and text != "", (line, name), text, f"a text that does not mean {other}"
            )


def _first_cells(root: Path, name: str) -> list[str]:
    """The codes of a list, unchecked: to look whether one is among them."""
    return [row["code"] for _, row in Source(root, f"{CODES}/{name}.csv").rows(STANDARD, further=True)]
