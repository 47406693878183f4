"""Physical tables: what each declaration becomes in each schema, and everything derived from it by type.

Belongs here: relations of all schemas, DDL with comments, polars and Arrow schemas. Does not: loading rows, marts' SQL.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from warehouse.check import Declared, build
from warehouse.codes import code_list_names
from warehouse.declaration import NAME, NAME_SAYS, TABLES, Column, Table, check_columns, form_tables
from warehouse.source import Source, per_root
from warehouse.types import COLUMN_TYPES

if TYPE_CHECKING:
    import pyarrow as pa

SYSTEM = f"{TABLES}/system"
SCHEMAS = ("intake", "core", "mart", "meta", "history")
#: schemas that have a declaration file of their own; ``history`` follows from the others
_DECLARED = ("intake", "staging", "core", "mart", "meta")
#: which batch brought a row and which one replaced it, by the batch's number; what was known, not what is true
KNOWN_FROM, KNOWN_TO = "known_from", "known_to"
#: the list of the states of a stated figure; its property ``is_exact`` says which of them may be added
CELL_STATES = "cell_state"
#: the columns of context.yaml by group
Context = Mapping[str, tuple[Column, ...]]


@dataclass(frozen=True, slots=True)
class Relation(Declared):
    """One physical table of one schema. ``key`` names the columns that identify a row; expectations prove it.

    A table of staging may be ``like`` one of the warehouse: it has that one's columns ``without`` some, besides its own.
    ``by_year``, of a mart: a year's rows follow from that year's facts alone, so a batch rebuilds only its own years.
    ``rows``, of a mart: the form's table whose rows its figures are taken from.
    """

    schema: str
    name: str
    label: str
    description: str
    grain: str
    key: tuple[str, ...]
    columns: tuple[Column, ...] = ()
    like: str | None = None
    without: tuple[str, ...] = ()
    by_year: bool = False
    rows: str | None = None

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

    @property
    def in_generations(self) -> bool:
        """True when a row that is replaced is kept in schema ``history`` with the batch that replaced it."""
        return self.schema != "history" and KNOWN_FROM in self.names()


@per_root
def relations(root: Path) -> dict[str, Relation]:
    """Return every declared table by qualified name: those of the warehouse file, and ``staging``, which is never in it.

    Raises DeclarationError.
    """
    from warehouse.measure import check_marts

    context = _context(root)
    read = {schema: _system(root, schema) for schema in _DECLARED}
    out = [r for schema, (_, found) in read.items() for r in found if schema != "staging"]
    for table in form_tables(root).values():
        out += [_staging(table, context), _core(table, context)]
    out += [_history(r, context) for r in out if r.in_generations]
    known = {r.qualified: r for r in out}
    known |= {r.qualified: r for r in _alike(*read["staging"], known)}
    _check_names(read, root)
    check_marts(read["mart"][0], known, root)
    for source, _ in read.values():
        source.check()
    return known


def _history(relation: Relation, context: Context) -> Relation:
    """The replaced rows of ``relation``: the same columns, and the batch that replaced them."""
    return replace(
        relation,
        schema="history",
        label=f"{relation.label} - các bản trước",
        description=f"Rows of {relation.qualified} that a later batch replaced, as they were.",
        key=(*relation.key, KNOWN_FROM),
        columns=(*relation.columns, *(c for c in context["known"] if c.name == KNOWN_TO)),
    )


def _alike(source: Source, staged: list[Relation], known: Mapping[str, Relation]) -> Iterator[Relation]:
    """Give each table of a batch at work the columns of the table that it is like, besides its own."""
    for relation in staged:
        if relation.like is None:
            yield relation
        elif source.refuse_unless(
            relation.like in known, (relation.name, "like"), relation.like, "a table of the warehouse"
        ):
            kept = known[str(relation.like)]
            for i, name in enumerate(relation.without):
                at = (relation.name, "without", i)
                source.refuse_unless(name in kept.names(), at, name, ", ".join(kept.names()))
            left_out = (*relation.without, *relation.names())
            columns = (*relation.columns, *(c for c in kept.columns if c.name not in left_out))
            made = replace(relation, columns=columns, like=None, without=())
            _check_key(source, made)
            yield made


def _check_names(read: Mapping[str, tuple[Source, list[Relation]]], root: Path) -> None:
    """Note a table that a form's table is called, too. Raises DeclarationError for a file of no schema."""
    for path in sorted((root / SYSTEM).glob("*.yaml")):
        if path.stem not in (*_DECLARED, "context"):
            stray = Source(root, f"{SYSTEM}/{path.name}")
            stray.problem((), path.stem, f"{', '.join(_DECLARED)} or context")
            stray.check()
    tables = form_tables(root).values()
    taken = {"staging": [t.name for t in tables], "core": [t.core for t in tables]}
    for schema, (source, found) in read.items():
        for r in found:
            source.refuse_unless(
                r.name not in taken.get(schema, []), (r.name,), r.name, "a name that no form's table has"
            )


def _staging(table: Table, context: Context) -> Relation:
    """The batch's rows of ``table``: context, the form's columns, each stated figure followed by its state."""
    columns = (*context["row"], *_reporter(table, context), *_stated(table))
    return _of(table, "staging", table.name, columns, ("submission_id", "row_no"))


def _core(table: Table, context: Context) -> Relation:
    """The kept rows of ``table``: as in staging, plus the validity of the submission's version."""
    form = (*context["row"], *_reporter(table, context), *_stated(table))
    if table.register:  # a register row's own validity is data; the newest register is the whole truth
        return _of(table, "core", table.core, (*_required_kept(table, form), *_known_from(context)), table.key)
    columns = (*_required_kept(table, form), *context["version"], *_known_from(context))
    return _of(table, "core", table.core, columns, tuple(dict.fromkeys(("submission_id", *table.key))))


def state_column(column: Column) -> Column:
    """The companion of a stated figure: value, zero, none_stated, not_reported, or the qualifier it carries."""
    return Column(
        name=f"{column.name}_state",
        type="code",
        codes=CELL_STATES,
        label=f"{column.label} - trạng thái ô",
        description=f"State of the cell of {column.name}; only value and zero are exact",
    )


def value_before(column: Column) -> str:
    """Return, as SQL, what ``column`` has in rows that were written before it was declared."""
    return "'not_reported'" if column.codes == CELL_STATES else "NULL"


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


def day_literal(day: date) -> str:
    """Write a day as SQL."""
    return f"DATE '{day:%Y-%m-%d}'"


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


def _reporter(table: Table, context: Context) -> tuple[Column, ...]:
    return () if table.register else context["reporter"]


def _known_from(context: Context) -> tuple[Column, ...]:
    return tuple(c for c in context["known"] if c.name == KNOWN_FROM)


def _context(root: Path) -> Context:
    """The columns of context.yaml by group. Raises DeclarationError."""
    source = Source(root, f"{SYSTEM}/context.yaml")
    raw, groups = source.yaml(), ("row", "reporter", "version", "known")
    if source.refuse_unless(isinstance(raw, dict), (), raw, f"the keys {', '.join(groups)}"):
        for name in (*raw, *(g for g in groups if g not in raw)):
            good = name in groups and isinstance(raw.get(name), list)
            source.refuse_unless(good, (name,), name, f"the keys {', '.join(groups)}, each with a list of columns")
    source.check()
    out = {}
    for group in groups:
        built = [build(Column, column, source, (group, i)) for i, column in enumerate(raw[group])]
        out[group] = tuple(c for c in built if c)
        check_columns(source, out[group], (group,), code_list_names(root))
    return source.settled(out)


def _system(root: Path, schema: str) -> tuple[Source, list[Relation]]:
    """The tables of a schema that no form fills, and their file, in which what is wrong is noted."""
    source = Source(root, f"{SYSTEM}/{schema}.yaml")
    raw = source.yaml()
    if not source.refuse_unless(isinstance(raw, dict), (), raw, "names of tables, each with its declaration"):
        return source, []
    out = []
    for name, declared in raw.items():
        relation = build(Relation, declared, source, (name,), schema=schema, name=str(name))
        if relation:
            _check(source, relation, root)
            out.append(relation)
    return source, out


def _check_key(source: Source, relation: Relation) -> None:
    for i, name in enumerate(relation.key):
        source.refuse_unless(name in relation.names(), (relation.name, "key", i), name, ", ".join(relation.names()))


def _check(source: Source, relation: Relation, root: Path) -> None:
    source.refuse_unless(bool(NAME.fullmatch(relation.name)), (relation.name,), relation.name, NAME_SAYS)
    check_columns(source, relation.columns, (relation.name, "columns"), code_list_names(root))
    is_alike = relation.like is not None or bool(relation.without)
    source.refuse_unless(
        not is_alike or relation.schema == "staging", (relation.name, "like"), relation.like, "nothing: only in staging"
    )
    source.refuse_unless(is_alike or bool(relation.columns), (relation.name,), None, "columns, which must be stated")
    if not is_alike:
        _check_key(source, relation)
    for i, c in enumerate(relation.columns if relation.schema != "mart" else ()):
        at = (relation.name, "columns", i, "figure")
        source.refuse_unless(c.figure is None, at, c.figure, "nothing: only a mart's column has one")
