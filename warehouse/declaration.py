"""Tables, declared once: the YAML files of ``warehouse/tables`` as typed objects, checked when they are loaded.

Everything that knows a table's columns asks here. What is derived from a declaration (DDL,
schemas, dictionary, suites, templates) does not belong here but in the module that needs it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from warehouse.check import At, Declared, build
from warehouse.codes import code_list_names
from warehouse.figure import Figure
from warehouse.source import ROOT, Source, per_root
from warehouse.types import COLUMN_TYPES, LogicalType

Measure = Literal["flow", "persons", "level", "plan", "rate"]

TABLES = "warehouse/tables"

#: columns that every loaded row carries and that may stand in a key
ROW_KEY = ("submission_id", "row_no")
NAME, NAME_SAYS = re.compile(r"[a-z][a-z0-9_]*"), "a-z, 0-9 and _, a letter first"


@dataclass(frozen=True, slots=True)
class Column(Declared):
    """One column: logical type, unit, Vietnamese label, English description and the simple rules it obeys.

    ``meaning`` says in Vietnamese what a unit writes there, as the template and its prompts have it.
    ``measure`` says what the figure means: ``flow`` adds over disjoint periods, ``persons`` never adds as if distinct,
    ``level`` is a state at the end of the period, ``plan`` is an intention, ``rate`` is never added.
    ``valid_on`` names, for a code, the date column on which the code must be valid; without it, any day of the year.
    ``repeats``: the same persons may stand in several rows of a report, so that a total may be less than their sum.
    ``sensitive``: it counts persons, so that a small figure, or the difference of two, may single one out; of measure
    ``persons`` that is so without a word (``is_sensitive``).
    ``figure`` says, for a mart's column, how it follows from the rows of a fact: its SQL, and the way back to the cells.
    """

    name: str
    type: LogicalType
    label: str
    description: str
    meaning: str | None = None
    unit: str | None = None
    codes: str | None = None
    measure: Measure | None = None
    required: bool = False
    max_length: int | None = None
    free_text: bool = False
    repeats: bool = False
    sensitive: bool = False
    valid_on: str | None = None
    figure: Figure | None = None

    @property
    def is_sensitive(self) -> bool:
        """Whether it counts persons, by its measure or as declared."""
        return self.sensitive or self.measure == "persons"

    @property
    def state_name(self) -> str | None:
        """Name of the companion state column (one of the four states of a cell, or a qualifier); None when there is none."""
        return f"{self.name}_state" if self.measure and COLUMN_TYPES[self.type].stated else None


@dataclass(frozen=True, slots=True)
class Table(Declared):
    """One table: its grain, key and columns. ``core`` is the name in schema ``core``; ``name`` that in ``staging``.

    ``prefix`` opens the codes of the rules derived from the table; ``register`` marks tables that the
    register form fills, and ``kept`` the columns by which each row of one register must be found again in the next
    (``warehouse.registers``). ``order`` says where it stands among the tables: smaller first, never twice. ``alike`` are the
    columns that say what a row is about: rows equal in them, with other figures, are asked about where the first is filled.
    ``holds`` says in Vietnamese which rows a report has there, as the template has it.
    """

    name: str
    order: int
    core: str
    prefix: str
    label: str
    description: str
    grain: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    holds: str = ""
    register: bool = False
    alike: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()

    def column(self, name: str) -> Column:
        """Return the column ``name``. Raises KeyError with the known names."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.name} has no column {name!r}; it has {[c.name for c in self.columns]}")


@per_root
def form_tables(root: Path) -> dict[str, Table]:
    """Return every table that a form fills, by staging name, in their ``order``. Raises DeclarationError."""
    names = sorted(f"{TABLES}/form/{p.name}" for p in (root / TABLES / "form").glob("*.yaml"))
    sources = [Source(root, name) for name in names]
    read = [(source, build(Table, source.yaml(), source)) for source in sources]
    tables = [(source, table) for source, table in read if table]
    for i, (source, table) in enumerate(tables):
        _check_table(source, table, root)
        for key in ("order", "core", "prefix"):
            value = getattr(table, key)
            owner = next((t.name for _, t in tables[:i] if getattr(t, key) == value), None)
            source.refuse_unless(owner is None, (key,), value, f"one that no other table has; {owner} has it")
    for source in sources:
        source.check()
    return {t.name: t for _, t in sorted(tables, key=lambda pair: pair[1].order)}


def report_tables(root: Path = ROOT) -> dict[str, Table]:
    """Return the tables of the units' reports (facts), by staging name."""
    return {n: t for n, t in form_tables(root).items() if not t.register}


def register_tables(root: Path = ROOT) -> dict[str, Table]:
    """Return the tables of the register form (dimensions), by staging name."""
    return {n: t for n, t in form_tables(root).items() if t.register}


def check_columns(source: Source, columns: Sequence[Column], at: At, lists: Collection[str]) -> None:
    """Note what is wrong with the columns that stand at ``at``: names, types, code lists (``lists``), measures."""
    days = [c.name for c in columns if c.type == "date"]
    stated = [name for name, of in COLUMN_TYPES.items() if of.stated]
    for i, c in enumerate(columns):
        here = (*at, i)
        source.refuse_unless(bool(NAME.fullmatch(c.name)), (*here, "name"), c.name, NAME_SAYS)
        earlier = [x.name for x in columns[:i]]
        source.refuse_unless(c.name not in earlier, (*here, "name"), c.name, "each column once")
        if (c.type == "code") != (c.codes is not None):
            source.problem((*here, "type"), c.type, "code with a code list (codes), any other type without")
        elif c.codes:
            source.refuse_unless(c.codes in lists, (*here, "codes"), c.codes, ", ".join(sorted(lists)))
        if c.valid_on:
            source.refuse_unless(c.valid_on in days, (*here, "valid_on"), c.valid_on, ", ".join(days) or "no column")
            source.refuse_unless(bool(c.codes), (*here, "valid_on"), c.valid_on, "only with a code list")
        if c.measure:
            stated = [name for name, kind in COLUMN_TYPES.items() if kind.stated]
            source.refuse_unless(
                COLUMN_TYPES[c.type].stated, (*here, "measure"), c.measure, f"only with {', '.join(stated)}"
            )
        source.refuse_unless(
            not c.repeats or c.measure == "persons", (*here, "repeats"), c.repeats, "only with measure persons"
        )
        source.refuse_unless(
            not c.sensitive or c.measure not in (None, "persons"),
            (*here, "sensitive"),
            c.sensitive,
            "only with a measure; persons is sensitive by itself",
        )
        if c.max_length is not None:
            good = c.type == "text" and c.max_length > 0
            source.refuse_unless(good, (*here, "max_length"), c.max_length, "a number from 1, and only with type text")
        source.refuse_unless(
            not c.free_text or c.type == "text", (*here, "free_text"), c.free_text, "only with type text"
        )


def _check_table(source: Source, table: Table, root: Path) -> None:
    stem = Path(source.name).stem
    source.refuse_unless(table.name == stem, ("name",), table.name, f"{stem}, as the file is called")
    source.refuse_unless(bool(NAME.fullmatch(table.core)), ("core",), table.core, NAME_SAYS)
    source.refuse_unless(table.prefix.isalpha() and table.prefix.isupper(), ("prefix",), table.prefix, "letters A-Z")
    check_columns(source, table.columns, ("columns",), code_list_names(root))
    for i, c in enumerate(table.columns):
        source.refuse_unless(
            c.figure is None, ("columns", i, "figure"), c.figure, "nothing: only a mart's column has one"
        )
    names = [c.name for c in table.columns]
    source.refuse_unless(bool(table.kept) == table.register, ("kept",), table.kept, "columns of the register's tables")
    for key, known in (("key", [*ROW_KEY, *names]), ("alike", names), ("kept", names)):
        for i, name in enumerate(getattr(table, key)):
            source.refuse_unless(name in known, (key, i), name, ", ".join(known))
