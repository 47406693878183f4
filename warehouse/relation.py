"""Physical tables: what each declaration becomes in each schema, and everything derived from it by type.

Belongs here: relations of all schemas, DDL with comments, polars and Arrow schemas. Does not: loading rows, marts' SQL.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from warehouse.declaration import Column, Table, form_tables
from warehouse.types import COLUMN_TYPES
from warehouse.yaml_file import read_yaml

if TYPE_CHECKING:
    import pyarrow as pa

SYSTEM_DIR = Path(__file__).parent / "tables" / "system"
SCHEMAS = ("intake", "staging", "core", "mart", "meta")


@dataclass(frozen=True, slots=True)
class Relation:
    """One physical table of one schema. ``key`` names the columns that identify a row; expectations prove it."""

    schema: str
    name: str
    label: str
    description: str
    grain: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def qualified(self) -> str:
        """``schema.name``; both are plain lower-case identifiers."""
        return f"{self.schema}.{self.name}"

    def names(self) -> list[str]:
        """Return the column names in order."""
        return [c.name for c in self.columns]

    def column(self, name: str) -> Column:
        """Return the column ``name``. Raises StopIteration when there is none."""
        return next(c for c in self.columns if c.name == name)


@cache
def relations() -> dict[str, Relation]:
    """Return every declared table of the warehouse by qualified name."""
    out = [r for schema in ("intake", "staging", "core", "mart", "meta") for r in _system(schema)]
    for table in form_tables().values():
        out += [staging_relation(table), core_relation(table)]
    return {r.qualified: r for r in out}


def staging_relation(table: Table) -> Relation:
    """The batch's rows of ``table``: context, the form's columns, each stated figure followed by its state."""
    columns = (*_context("row"), *_reporter(table), *_stated(table))
    return _of(table, "staging", table.name, columns, ("submission_id", "row_no"))


def core_relation(table: Table) -> Relation:
    """The kept rows of ``table``: as in staging, plus the validity of the submission's version."""
    form = (*_context("row"), *_reporter(table), *_stated(table))
    if table.register:  # a register row's own validity is data; the newest register is the whole truth
        return _of(table, "core", table.core, _required_kept(table, form), table.key)
    columns = (*_required_kept(table, form), *_context("version"))
    return _of(table, "core", table.core, columns, tuple(dict.fromkeys(("submission_id", *table.key))))


def state_column(column: Column) -> Column:
    """The companion of a stated figure: value, zero, none_stated, not_reported, or the qualifier it carries."""
    return Column(
        name=f"{column.name}_state",
        type="code",
        codes="cell_state",
        label=f"{column.label} - trạng thái ô",
        description=f"State of the cell of {column.name}; only value and zero are exact",
    )


def ddl(relation: Relation) -> list[str]:
    """Return CREATE TABLE and COMMENT statements. Keys are proven by expectations: no constraint but NOT NULL."""
    lines = ", ".join(
        f"{quote(c.name)} {COLUMN_TYPES[c.type].duckdb}{' NOT NULL' if c.required else ''}" for c in relation.columns
    )
    out = [
        f"CREATE TABLE IF NOT EXISTS {relation.qualified} ({lines})",
        f"COMMENT ON TABLE {relation.qualified} IS {literal(table_comment(relation))}",
    ]
    for c in relation.columns:
        out.append(f"COMMENT ON COLUMN {relation.qualified}.{quote(c.name)} IS {literal(column_comment(c))}")
    return out


def table_comment(relation: Relation) -> str:
    """Vietnamese label, English description and grain, as the published file shows them."""
    return f"{relation.label} - {relation.description} Grain: {relation.grain}."


def column_comment(column: Column) -> str:
    """Vietnamese label, English description, unit and code list, as the published file shows them."""
    unit = f" [{column.unit}]" if column.unit else ""
    codes = f" (codes: {column.codes})" if column.codes else ""
    return f"{column.label} - {column.description}{unit}{codes}"


def polars_schema(relation: Relation) -> dict[str, Any]:
    """Return the polars schema of the relation, columns in order."""
    import polars as pl

    return {c.name: COLUMN_TYPES[c.type].polars(pl) for c in relation.columns}


def arrow_schema(relation: Relation) -> pa.Schema:
    """Return the Arrow schema; label, description, unit and code list ride along as field metadata."""
    import pyarrow as pa

    return pa.schema(
        [pa.field(c.name, COLUMN_TYPES[c.type].arrow(pa), not c.required, _metadata(c)) for c in relation.columns],
        metadata={"label": relation.label, "description": table_comment(relation)},
    )


def quote(identifier: str) -> str:
    """Quote an identifier for DuckDB. The one place where a name becomes SQL text."""
    return '"' + identifier.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Quote a string literal, for statements that take no parameters (COMMENT)."""
    return "'" + text.replace("'", "''") + "'"


def _metadata(c: Column) -> dict[str, str]:
    pairs = {"label": c.label, "description": c.description, "unit": c.unit, "codes": c.codes, "measure": c.measure}
    return {k: v for k, v in pairs.items() if v}


def _stated(table: Table) -> tuple[Column, ...]:
    out: list[Column] = []
    for c in table.columns:
        out.append(replace(c, required=False))
        if c.state_name:
            out.append(state_column(c))
    return tuple(out)


def _required_kept(table: Table, columns: tuple[Column, ...]) -> tuple[Column, ...]:
    required = {c.name for c in table.columns if c.required and not c.state_name} | {"submission_id", "row_no"}
    return tuple(replace(c, required=True) if c.name in required else c for c in columns)


def _of(table: Table, schema: str, name: str, columns: tuple[Column, ...], key: tuple[str, ...]) -> Relation:
    return Relation(schema, name, table.label, table.description, table.grain, key, columns)


def _reporter(table: Table) -> tuple[Column, ...]:
    return () if table.register else _context("reporter")


@cache
def _context(group: str) -> tuple[Column, ...]:
    return tuple(Column(**c) for c in _yaml("context")[group])


def _system(schema: str) -> list[Relation]:
    if not (SYSTEM_DIR / f"{schema}.yaml").exists():
        return []
    return [
        Relation(
            schema=schema,
            name=name,
            label=raw["label"],
            description=raw["description"],
            grain=raw["grain"],
            key=tuple(raw["key"]),
            columns=tuple(Column(**c) for c in raw["columns"]),
        )
        for name, raw in _yaml(schema).items()
    ]


@cache
def _yaml(stem: str) -> dict[str, Any]:
    loaded: dict[str, Any] = read_yaml(SYSTEM_DIR / f"{stem}.yaml")
    return loaded
