"""A warehouse's fixed content: schemas, tables with comments, and the tables that mirror the declarations.

Idempotent: run at the start of every write, so that a changed code list, form or rule reaches the warehouse with the
next batch. Does not belong here: anything that comes from a submission.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from warehouse.catalog import columns
from warehouse.codes import code_lists, status_path
from warehouse.deadlines import deadlines
from warehouse.declaration import form_tables
from warehouse.dictionary import write_dictionary
from warehouse.forms import form_versions
from warehouse.marts import check_readers
from warehouse.migrate import migrate, next_batch_no, reshape
from warehouse.norms import dialogue_norms, known_breaks
from warehouse.periods import period_kinds
from warehouse.provenance import sources_of
from warehouse.relation import SCHEMAS, Relation, ddl, quote, relations, value_before
from warehouse.rows import Rows, replace_rows
from warehouse.types import COLUMN_TYPES
from warehouse.views import create_views, drop_views

if TYPE_CHECKING:
    import duckdb


#: how a temporary table begins that keeps what a mart held before it was declared anew: closed years are held against it
WAS = "was_"


class DeclarationMismatchError(Exception):
    """The file was made from declarations that today's contradict; the message names the table and the remedy."""


def bootstrap(con: duckdb.DuckDBPyConnection) -> bool:
    """Create what is missing and refresh the mirrors of the declarations; does nothing when none has changed.

    Returns True when something was done: every year may then come out differently. Raises DeclarationMismatchError, and
    DeclarationError.
    """
    now = fingerprint()
    if now == _kept_fingerprint(con):
        return False
    check_readers()
    _create_tables(con)
    migrate(con)
    for name, rows in mirrors().items():
        replace_rows(con, relations()[name], rows, next_batch_no(con))
    write_dictionary(con, create_views(con))
    replace_rows(con, relations()["meta.bootstrap"], [(now,)])
    return True


def is_of_today(con: duckdb.DuckDBPyConnection) -> bool:
    """Tell whether the warehouse was last written by the declarations and the code of this process."""
    return fingerprint() == _kept_fingerprint(con)


@cache
def fingerprint() -> str:
    """A hash of every declaration, code list, form, view and macro, and of the code that turns them into tables.

    Of those that this process has: it reads each of them once.
    """
    found = hashlib.sha256()
    for path in sorted(
        p for p in Path(__file__).parent.rglob("*") if p.suffix in (".yaml", ".csv", ".sql", ".html", ".py")
    ):
        found.update(path.read_bytes())
    return found.hexdigest()


def _create_tables(con: duckdb.DuckDBPyConnection) -> None:
    for schema in SCHEMAS:
        con.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
    drop_views(con)
    reshape(con)
    _drop_changed_marts(con)
    existing = columns(con)
    for relation in relations().values():
        if relation.schema == "staging":
            continue
        if relation.qualified in existing:
            _evolve(con, relation, existing[relation.qualified])
        for statement in ddl(relation):
            con.execute(statement)


def _drop_changed_marts(con: duckdb.DuckDBPyConnection) -> None:
    """Drop the marts that are declared otherwise today, or not at all: they hold nothing that is not built anew."""
    for table, present in columns(con).items():
        declared = relations().get(table)
        as_now = {c.name: COLUMN_TYPES[c.type].duckdb for c in declared.columns} if declared else {}
        if table.startswith("mart.") and present != as_now:
            con.execute(f"CREATE TEMP TABLE {table.replace('mart.', WAS)} AS FROM {table}")
            con.execute(f"DROP TABLE {table}")


def _evolve(con: duckdb.DuckDBPyConnection, relation: Relation, present: dict[str, str]) -> None:
    """Add columns that were declared since the file was made. Raises DeclarationMismatchError for any other difference."""
    declared = {c.name: COLUMN_TYPES[c.type].duckdb for c in relation.columns}
    changed = sorted(n for n in present if declared.get(n) != present[n])
    if changed:
        raise DeclarationMismatchError(
            f"{relation.qualified} has {changed} otherwise than declared; a column is discontinued in a form version, not "
            "removed or retyped here. To take such a change anyway, judge the whole archive anew: "
            "danvan restore --from archive"
        )
    for column in (c for c in relation.columns if c.name not in present):
        con.execute(
            f"ALTER TABLE {relation.qualified} ADD COLUMN {quote(column.name)} {declared[column.name]} "
            f"DEFAULT {value_before(column)}"
        )


def _kept_fingerprint(con: duckdb.DuckDBPyConnection) -> str | None:
    known = con.execute(
        "SELECT 1 FROM duckdb_tables() WHERE schema_name = 'meta' AND table_name = 'bootstrap'"
    ).fetchall()
    rows = con.execute("SELECT fingerprint FROM meta.bootstrap").fetchall() if known else []
    return str(rows[0][0]) if rows else None


def mirrors() -> dict[str, Rows]:
    """Return the rows of the tables that mirror the declarations, by qualified name, in the order of their columns."""
    return {
        "core.dim_code": _codes(),
        "core.code_property": _code_properties(),
        "core.dim_form": [
            (f.form_code, f.form_version, f.title, f.policy, f.policy == "replace", f.valid_from, f.valid_to)
            for f in form_versions().values()
        ],
        "core.period_code": [
            (kind.kind, code, first, last, kind.is_cumulative)
            for kind in period_kinds().values()
            for code, (first, last) in kind.months.items()
        ],
        "core.dim_dialogue_norm": [
            (n.norm_code, n.document_number, n.valid_from, n.valid_to, n.required_per_year, n.label)
            for n in dialogue_norms()
        ],
        "core.deadline": [
            (d.form_code, d.period_kind, d.due_days, d.grace_days, d.expected, d.remind_days, d.ask_days)
            for d in deadlines()
        ],
        "core.known_break": [
            (b.break_date, b.table_name, b.column_name, b.break_kind, b.break_note, b.break_note_vi, b.binds)
            for b in known_breaks()
        ],
        "core.model_status_step": sorted(status_path()),
        "meta.form_column": _form_columns(),
        "meta.figure_source": _figure_sources(),
    }


def _codes() -> Rows:
    return [
        (c.code_list, c.code, c.label, c.label_en, c.valid_from, c.valid_to, c.position, c.note or None)
        for codes in code_lists().values()
        for c in codes
    ]


def _code_properties() -> Rows:
    return [
        (c.code_list, c.code, name, "yes" if value is True else value)
        for codes in code_lists().values()
        for c in codes
        for name, value in c.properties.items()
        if value
    ]


def _figure_sources() -> Rows:
    return [
        (r.name, c.name, *leaf.split(".")[1:], c.measure == "rate", bool(c.figure and c.figure.of))
        for r in relations().values()
        if r.schema == "mart"
        for c in r.columns
        for leaf in sources_of(r, c)
    ]


def _form_columns() -> Rows:
    rows: Rows = []
    for f in form_versions().values():
        for c in f.columns:
            for name in c.columns or (None,):
                core = form_tables()[c.table].core
                tail = (c.concordance, "|".join(c.was) or None, c.note or None, core)
                head = (f.form_code, f.form_version, f.valid_from, c.table, c.ref, c.sheet)
                rows.append((*head, c.header or None, name, *tail))
    return rows
