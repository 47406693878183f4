"""Tables, declared once: the YAML files of ``warehouse/tables`` as typed objects.

Everything that knows a table's columns asks here. What is derived from a declaration (DDL,
schemas, dictionary, suites, templates) does not belong here but in the module that needs it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from warehouse.types import COLUMN_TYPES, LogicalType
from warehouse.yaml_file import read_yaml

Measure = Literal["flow", "persons", "level", "plan", "rate"]

TABLES_DIR = Path(__file__).parent / "tables"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: logical type, unit, Vietnamese label, English description and the simple rules it obeys.

    ``measure`` says what the figure means: ``flow`` adds over disjoint periods, ``persons`` never adds as if distinct,
    ``level`` is a state at the end of the period, ``plan`` is an intention, ``rate`` is never added.
    ``valid_on`` names, for a code, the date column on which the code must be valid; without it, any day of the year.
    ``source`` names, for a mart's column, the fact column that it is computed from: the way back to the cell.
    """

    name: str
    type: LogicalType
    label: str
    description: str
    unit: str | None = None
    codes: str | None = None
    measure: Measure | None = None
    required: bool = False
    max_length: int | None = None
    free_text: bool = False
    valid_on: str | None = None
    source: str | None = None

    @property
    def state_name(self) -> str | None:
        """Name of the companion state column (one of the four states of a cell, or a qualifier); None when there is none."""
        return f"{self.name}_state" if self.measure and COLUMN_TYPES[self.type].stated else None


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its grain, key and columns. ``core`` is the name in schema ``core``; ``name`` that in ``staging``.

    ``prefix`` opens the codes of the rules derived from the table; ``register`` marks tables that the
    register form fills.
    """

    name: str
    core: str
    prefix: str
    label: str
    description: str
    grain: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    register: bool = False

    def column(self, name: str) -> Column:
        """Return the column ``name``. Raises KeyError with the known names."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.name} has no column {name!r}; it has {[c.name for c in self.columns]}")


def parse_table(raw: dict[str, Any]) -> Table:
    """Build a Table from one YAML document. Raises TypeError or ValueError on unknown or missing fields."""
    columns = tuple(Column(**c) for c in raw["columns"])
    table = Table(**{**raw, "columns": columns, "key": tuple(raw["key"])})
    names = [c.name for c in columns]
    if len(set(names)) != len(names):
        raise ValueError(f"{table.name}: a column is declared twice")
    for column in columns:
        if (column.type == "code") != (column.codes is not None):
            raise ValueError(f"{table.name}.{column.name}: type code and a code list go together")
    return table


@cache
def form_tables() -> dict[str, Table]:
    """Return every table that a form fills, by staging name, in the order of the forms' sheets."""
    order = [
        "unit", "unit_alias", "succession", "document", "document_citation",
        "training", "model", "inspection", "inspection_finding", "dialogue", "organisation", "issue",
    ]  # fmt: skip
    loaded = {t.name: t for t in map(_load, sorted((TABLES_DIR / "form").glob("*.yaml")))}
    if set(order) != set(loaded):
        raise ValueError(f"tables without a place in the order: {set(order) ^ set(loaded)}")
    return {name: loaded[name] for name in order}


def report_tables() -> dict[str, Table]:
    """Return the tables of the units' reports (facts), by staging name."""
    return {n: t for n, t in form_tables().items() if not t.register}


def register_tables() -> dict[str, Table]:
    """Return the tables of the register form (dimensions), by staging name."""
    return {n: t for n, t in form_tables().items() if t.register}


def _load(path: Path) -> Table:
    return parse_table(read_yaml(path))
