"""A warehouse's fixed content: schemas, tables with comments, and the tables that mirror the declarations.

Idempotent: run at the start of every write, so that a changed code list, form or rule reaches the warehouse with the
next batch. Does not belong here: anything that comes from a submission.
"""

from __future__ import annotations

import csv
import hashlib
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from warehouse.codes import NORMS_DIR, code_lists, dialogue_norms, status_path
from warehouse.deadlines import deadlines
from warehouse.forms import form_versions
from warehouse.migration import migrate
from warehouse.relation import (
    SCHEMAS,
    Relation,
    column_comment,
    ddl,
    literal,
    polars_schema,
    quote,
    relations,
)
from warehouse.types import COLUMN_TYPES

if TYPE_CHECKING:
    import duckdb

Rows = list[tuple[Any, ...]]


class DeclarationMismatchError(Exception):
    """The file was made from declarations that today's contradict; the message names the table and the remedy."""


VIEWS_DIR = Path(__file__).parent / "views"
#: in the order they are created: a view may read those before it
VIEWS = ("core.unit_on_day", "core.citation_document", "core.training_exact", "mart.key_figures")
MACROS_DIR = Path(__file__).parent / "macros"


def bootstrap(con: duckdb.DuckDBPyConnection) -> bool:
    """Create what is missing and refresh the mirrors of the declarations; does nothing when none has changed.

    Returns True when something was done: every year may then come out differently. Raises DeclarationMismatchError.
    """
    fingerprint = _fingerprint()
    if fingerprint == _kept_fingerprint(con):
        return False
    _create_tables(con)
    for name, rows in _mirrors().items():
        replace_rows(con, relations()[name], rows)
    for view in VIEWS:
        create_view(con, view, (VIEWS_DIR / f"{view}.sql").read_text(encoding="utf-8"))
    for path in sorted(MACROS_DIR.glob("*.sql")):
        con.execute(path.read_text(encoding="utf-8"))
    replace_rows(con, relations()["meta.bootstrap"], [(fingerprint,)])
    return True


def _create_tables(con: duckdb.DuckDBPyConnection) -> None:
    for schema in SCHEMAS:
        con.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
    migrate(con)
    existing: dict[str, dict[str, str]] = {}
    rows = con.execute(
        "SELECT schema_name || '.' || table_name, column_name, data_type FROM duckdb_columns()"
    ).fetchall()
    for table, column, data_type in rows:
        existing.setdefault(table, {})[column] = data_type
    for relation in relations().values():
        if relation.schema == "staging":
            continue
        if relation.qualified in existing:
            _evolve(con, relation, existing[relation.qualified])
        for statement in ddl(relation):
            con.execute(statement)


def _evolve(con: duckdb.DuckDBPyConnection, relation: Relation, present: dict[str, str]) -> None:
    """Add columns that were declared since the file was made. Raises DeclarationMismatchError for any other difference."""
    declared = {c.name: COLUMN_TYPES[c.type].duckdb for c in relation.columns}
    changed = sorted(n for n in present if declared.get(n) != present[n])
    if changed:
        raise DeclarationMismatchError(
            f"{relation.qualified} has {changed} otherwise than declared; a column is discontinued in a form version, not "
            "removed or retyped here. To take such a change anyway, move build/danvan.duckdb away and copy the files of "
            "archive/ into the inbox"
        )
    for name in (n for n in declared if n not in present):
        state = " DEFAULT 'not_reported'" if name.endswith("_state") else ""
        con.execute(f"ALTER TABLE {relation.qualified} ADD COLUMN {quote(name)} {declared[name]}{state}")


def _fingerprint() -> str:
    """A hash of every declaration, code list, form, view and macro, and of the code that turns them into tables."""
    found = hashlib.sha256()
    for path in sorted(p for p in Path(__file__).parent.rglob("*") if p.suffix in (".yaml", ".csv", ".sql", ".py")):
        found.update(path.read_bytes())
    return found.hexdigest()


def _kept_fingerprint(con: duckdb.DuckDBPyConnection) -> str | None:
    known = con.execute(
        "SELECT 1 FROM duckdb_tables() WHERE schema_name = 'meta' AND table_name = 'bootstrap'"
    ).fetchall()
    rows = con.execute("SELECT fingerprint FROM meta.bootstrap").fetchall() if known else []
    return str(rows[0][0]) if rows else None


def create_view(con: duckdb.DuckDBPyConnection, name: str, sql: str) -> None:
    """Create the view ``name`` with comments: the first line of its file, then ``--   column: comment`` for its own columns.

    Other columns carry the comment of the table that they come from: the one named first of those that have such a column.
    """
    con.execute(f"CREATE OR REPLACE VIEW {name} AS {sql}")
    first, *lines = [line for line in sql.splitlines() if line.startswith("-- ")]
    con.execute(f"COMMENT ON VIEW {name} IS {literal(first.removeprefix('-- '))}")
    read = sorted((r for r in relations().values() if r.qualified in sql), key=lambda r: -sql.index(r.qualified))
    comments = {c.name: column_comment(c) for r in read for c in r.columns}
    comments |= dict(line.removeprefix("--   ").split(": ", 1) for line in lines)
    for column, *_ in con.execute(f"DESCRIBE {name}").fetchall():
        con.execute(f"COMMENT ON COLUMN {name}.{quote(column)} IS {literal(comments[column])}")


def reset_staging(con: duckdb.DuckDBPyConnection) -> None:
    """Make every staging table anew and empty."""
    drop_staging(con)
    con.execute("CREATE SCHEMA staging")
    for relation in relations().values():
        if relation.schema == "staging":
            con.execute(ddl(relation)[0])


def drop_staging(con: duckdb.DuckDBPyConnection) -> None:
    """Drop the staging schema: a published file carries no half-judged rows."""
    # one by one: DuckDB 1.5 cannot commit a cascade over tables that were filled in the same transaction
    found = con.execute(
        "SELECT 'VIEW', view_name FROM duckdb_views() WHERE schema_name = 'staging' UNION ALL "
        "SELECT 'TABLE', table_name FROM duckdb_tables() WHERE schema_name = 'staging' ORDER BY 1 DESC, 2"
    ).fetchall()
    for kind, name in found:
        con.execute(f"DROP {kind} staging.{quote(name)}")
    con.execute("DROP SCHEMA IF EXISTS staging")


def replace_rows(con: duckdb.DuckDBPyConnection, relation: Relation, rows: Rows) -> None:
    """Make ``rows`` (tuples in column order) the whole content of ``relation``."""
    import polars as pl

    frame = pl.DataFrame(rows, schema=polars_schema(relation), orient="row")
    present = con.sql(f"FROM {relation.qualified}").pl()
    if present.sort(pl.all()).equals(frame.sort(pl.all())):  # most batches change no declaration: nothing to write
        return
    con.execute(f"DELETE FROM {relation.qualified}")
    con.register("mirror_rows", frame.to_arrow())
    con.execute(f"INSERT INTO {relation.qualified} BY NAME SELECT * FROM mirror_rows")
    con.unregister("mirror_rows")


def _mirrors() -> dict[str, Rows]:
    return {
        "core.dim_code": _codes(),
        "core.dim_dialogue_norm": [
            (n.norm_code, n.document_number, n.valid_from, n.valid_to, n.required_per_year, n.label)
            for n in dialogue_norms()
        ],
        "core.deadline": [(d.form_code, d.period_kind, d.due_days, d.grace_days, d.expected) for d in deadlines()],
        "core.known_break": _known_breaks(),
        "core.model_status_step": sorted(status_path()),
        "meta.dictionary": _dictionary(),
        "meta.form_column": _form_columns(),
    }


def _codes() -> Rows:
    return [
        (c.code_list, c.code, c.label, c.label_en, c.valid_from, c.valid_to, c.position, c.note or None)
        for codes in code_lists().values()
        for c in codes
    ]


def _known_breaks() -> Rows:
    with (NORMS_DIR / "series_break.csv").open(encoding="utf-8", newline="") as f:
        return [(date.fromisoformat(r.pop("break_date")), *r.values()) for r in csv.DictReader(f)]


def _dictionary() -> Rows:
    return [
        (r.schema, r.name, i, c.name, COLUMN_TYPES[c.type].duckdb, c.unit, c.label, c.description, c.codes, c.measure)
        for r in relations().values()
        if r.schema != "staging"
        for i, c in enumerate(r.columns, start=1)
    ]


def _form_columns() -> Rows:
    rows: list[tuple[str, str, date, str, str, str, str | None, str | None, str, str | None, str | None]] = []
    for f in form_versions().values():
        for c in f.columns:
            for name in c.columns or (None,):
                tail = (c.concordance, "|".join(c.was) or None, c.note or None)
                head = (f.form_code, f.form_version, f.valid_from, c.table, c.ref, c.sheet)
                rows.append((*head, c.header or None, name, *tail))
    return list(rows)
