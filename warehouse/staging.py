"""Staging: a database of its own in memory, where a batch is judged against a published warehouse - no lock, nothing written.

``staging`` holds the files at hand, ``judged`` what was judged so far in this batch; ``core``, ``intake``, ``mart`` and ``meta``
are the published warehouse with what was judged in place, as it will be once the batch is committed. The mirrors of the
declarations are today's. Does not belong here: verdicts (expectations), the warehouse's own file (warehouse.catalog).
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from warehouse import in_force
from warehouse.bootstrap import mirrors
from warehouse.catalog import PUBLISHED, attach_published, columns, is_attached, open_memory, transaction
from warehouse.declaration import register_tables, report_tables
from warehouse.judgement import Base, Frames, base_of
from warehouse.registers import note_lost
from warehouse.relation import KNOWN_FROM, Relation, ddl, quote, relations, value_before
from warehouse.rows import frame_of, insert_frame
from warehouse.speaking import find_speakers
from warehouse.ties import note_taken
from warehouse.types import COLUMN_TYPES
from warehouse.versions import order_versions
from warehouse.views import needed, sql_objects

if TYPE_CHECKING:
    import duckdb

    from warehouse.home import Home

#: filled by whoever judges: the rules are not known here
CATALOGUE = "meta.rule"
#: what is read here, and by warehouse.ledger, versions and speaking, besides plain tables of core and intake
_ALWAYS = ("core.dim_form", "core.unit_on_day", "core.citation_document", "core.dim_code")
#: what a submission has in schema intake besides its own row
_BESIDE = ("finding", "column_map", "row_count", "stated_total", "arrival")
#: set when a batch is committed, not when it is judged
_SET_LATER = ("valid_from", "valid_to", "is_current")


@contextmanager
def open_staging(home: Home, reads: Iterable[str]) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open an empty staging database over what is published; over an empty warehouse when nothing is.

    It has every table of core and intake. Views, macros, mirrors and tables of other schemas cost time with each batch: it
    has those that ``reads`` names, and what they use.
    """
    with open_memory(home) as con:
        is_published = attach_published(con, home)
        shown = needed([*_ALWAYS, *reads])
        with transaction(con):
            for schema in ("staging", "judged", in_force.SCHEMA, "core", "intake", "mart", "meta"):
                con.execute(f"CREATE SCHEMA {schema}")
            mirrored = _make_tables(con, shown)
            _make_views(con, columns(con, PUBLISHED) if is_published else {}, shown, mirrored)
            for found in (o for o in sql_objects().values() if o.name in shown):
                if found.name in in_force.followers():
                    in_force.show(con, found.name, found.sql)
                else:
                    con.execute(found.statement)
        yield con


def base(con: duckdb.DuckDBPyConnection) -> Base:
    """Return the state of the warehouse that is judged against."""
    return base_of(con, PUBLISHED) if is_attached(con) else Base()


def fill(con: duckdb.DuckDBPyConnection, frames: Frames) -> None:
    """Make ``frames``, by qualified name, the files at hand, each row with the unit that its file speaks for.

    Raises ValueError for a frame whose columns are not the declared ones.
    """
    if con.execute("FROM staging.submission LIMIT 1").fetchall():  # others were at hand before
        for relation in (r for r in _staging() if r.name not in ("version", "touched_unit")):
            con.execute(f"DELETE FROM {relation.qualified}")
    insert_frame(con, relations()["staging.submission"], frames["staging.submission"])
    con.execute(_RESPELL_UNITS)
    con.execute(_RESOLVE_UNITS)
    for name, frame in frames.items():
        if name == "staging.submission":
            continue
        of_unit = name.removeprefix("staging.") in report_tables()
        insert_frame(con, relations()[name], frame, _WITH_UNIT if of_unit else _AS_IT_IS)
    find_speakers(con)
    con.execute(_KNOWN_BEFORE)
    con.execute(_TOUCHED_UNITS)
    note_lost(con)
    note_taken(con)


def hide(con: duckdb.DuckDBPyConnection, submissions: Iterable[str]) -> None:
    """Show what is published without these registers until they are judged again: each then meets the one before it."""
    con.executemany("INSERT INTO judged.hidden VALUES (?)", [[i] for i in submissions])
    in_force.show_again(con)


def keep(con: duckdb.DuckDBPyConnection, frames: Frames) -> None:
    """Put the files at hand, ``frames``, with their verdicts in place: ``core`` and ``intake`` show them from now on."""
    con.execute(
        "INSERT INTO judged.submission BY NAME SELECT s.* EXCLUDE (row_no, is_readable), v.verdict, v.error_count, "
        "v.warning_count, false AS is_current FROM staging.submission s JOIN staging.verdict v USING (submission_id)"
    )
    for name in _BESIDE:
        kept = ", ".join(_judged(relations()[f"intake.{name}"]).names())
        extra = "(SELECT *, 'new' AS life FROM staging.finding)" if name == "finding" else f"staging.{name}"
        con.execute(f"INSERT INTO judged.{name} BY NAME SELECT {kept} FROM {extra}")
    tables = (*report_tables().values(), *register_tables().values())
    for table in (t for t in tables if not frames[f"staging.{t.name}"].is_empty()):
        con.execute(
            f"INSERT INTO judged.{table.core} BY NAME SELECT t.* FROM staging.{table.name} t "
            "JOIN staging.verdict v USING (submission_id) WHERE v.verdict = 'accepted'"
        )
    order_versions(con)
    if con.execute(f"FROM staging.submission WHERE form_code IN ({_REGISTERS}) LIMIT 1").fetchall():
        in_force.show_again(con)


def take_out(con: duckdb.DuckDBPyConnection, submissions: Sequence[str]) -> None:
    """Forget what was judged of these submissions: they are judged again, after others."""
    for name in ("known_before", *(r.name for r in _kept())):
        con.execute(f"DELETE FROM judged.{name} WHERE submission_id IN (SELECT unnest(?))", [list(submissions)])
    order_versions(con)
    in_force.show_again(con)


def has_new_register(con: duckdb.DuckDBPyConnection) -> bool:
    """Tell whether a register of this batch is the one in force."""
    return bool(con.execute(f"FROM ({_CURRENT_REGISTER}) LIMIT 1").fetchall())


def judged_frames(con: duckdb.DuckDBPyConnection) -> Frames:
    """Return what was judged, by the qualified name of the table that it belongs to; see ``Judgement.frames``."""
    out: Frames = {}
    registers = {t.core for t in register_tables().values()}
    for relation in _kept():
        in_force = f"SEMI JOIN ({_CURRENT_REGISTER}) USING (submission_id)" if relation.name in registers else ""
        out[relation.qualified] = con.sql(f"FROM judged.{relation.name} {in_force}").pl()
    out["intake.history_finding"] = con.sql("SELECT *, 'new' AS life FROM staging.history_finding").pl()
    for name in ("staging.version", "staging.touched_unit"):
        out[name] = con.sql(f"FROM {name}").pl()
    return out


def shows_rows(con: duckdb.DuckDBPyConnection, table: str) -> bool:
    """Tell whether ``table``, which a judgement has rows for, shows one; what was judged is asked first: it takes less planning."""
    return any(con.execute(f"FROM {n} LIMIT 1").fetchall() for n in (f"judged.{table.partition('.')[2]}", table))


def known_before(con: duckdb.DuckDBPyConnection) -> list[str]:
    """Return those of the judged submissions that had been judged before."""
    return _values(con, "SELECT submission_id FROM judged.known_before ORDER BY 1")


def superseded(con: duckdb.DuckDBPyConnection) -> list[str]:
    """Return the submissions that stood and that one of this batch takes the place of."""
    return _values(
        con,
        "SELECT b.submission_id FROM judged.before b JOIN staging.version v USING (submission_id) "
        "WHERE b.is_current AND NOT v.is_current "
        "AND b.submission_id NOT IN (SELECT submission_id FROM judged.submission) ORDER BY 1",
    )


def touched_years(con: duckdb.DuckDBPyConnection) -> list[int]:
    """Return the years that the judged submissions speak of, or spoke of before, in order."""
    return _values(
        con,
        "SELECT year FROM judged.submission WHERE year IS NOT NULL UNION "
        "SELECT year FROM judged.known_before WHERE year IS NOT NULL ORDER BY 1",
    )


def _values(con: duckdb.DuckDBPyConnection, sql: str) -> list[Any]:
    return [row[0] for row in con.execute(sql).fetchall()]


def _staging() -> list[Relation]:
    return [r for r in relations().values() if r.schema == "staging"]


def _kept() -> list[Relation]:
    """The tables that a judgement has rows for."""
    names = ["intake.submission", *(f"intake.{n}" for n in _BESIDE)]
    names += [f"core.{t.core}" for t in (*report_tables().values(), *register_tables().values())]
    return [relations()[n] for n in names]


def _judged(relation: Relation) -> Relation:
    """What is known of a row before it is committed: no versions, no batch."""
    is_fact = relation.qualified in {f"core.{t.core}" for t in report_tables().values()}
    later = (KNOWN_FROM, "batch_id", "received_at", *(_SET_LATER if is_fact else ()))
    columns = tuple(replace(c, required=False) for c in relation.columns if c.name not in later)
    return replace(relation, schema="judged", columns=columns)


def _make_tables(con: duckdb.DuckDBPyConnection, shown: Container[str]) -> set[str]:
    """Make the tables of a batch at work and the mirrors; return the names of those that are not asked of what is published."""
    for relation in (*_staging(), *map(_judged, _kept())):
        con.execute(ddl(relation)[0])
    con.execute("CREATE TABLE judged.hidden (submission_id VARCHAR)")
    con.execute("CREATE TABLE judged.arrived (submission_id VARCHAR, place BIGINT)")
    con.execute("CREATE TABLE judged.known_before AS SELECT submission_id, form_code, unit_id, period_id, year "
                "FROM judged.submission")  # fmt: skip
    con.execute(ddl(relations()[CATALOGUE])[0])
    mirrored = mirrors()
    for name, rows in mirrored.items():
        if name not in shown:
            continue
        columns = tuple(c for c in relations()[name].columns if c.name != KNOWN_FROM)
        relation = replace(relations()[name], columns=columns)
        con.execute(ddl(relation)[0])
        insert_frame(con, relation, frame_of(relation, rows))
    return {*mirrored, CATALOGUE}


def _make_views(
    con: duckdb.DuckDBPyConnection, present: Mapping[str, Mapping[str, str]], shown: Container[str], mirrored: set[str]
) -> None:
    """Show the tables of the warehouse that are no mirrors, with what was judged in place of what stood."""
    kept = {r.qualified for r in _kept()}
    register = {f"core.{t.core}" for t in register_tables().values()}
    for relation in relations().values():
        if relation.schema in ("staging", "history") or relation.qualified in mirrored:
            continue
        if relation.schema not in ("core", "intake") and relation.qualified not in shown:
            continue
        before = _published(relation, present)
        if relation.qualified == "intake.submission":
            con.execute(f"CREATE VIEW judged.before AS {before}")
            before = f"FROM judged.before WHERE {_SHOWN}"
        if relation.qualified in register:
            in_force.show(con, relation.qualified, _OF_REGISTER.format(before=before, name=relation.name), before)
            continue
        if relation.qualified in kept:
            sql = _OF_SUBMISSIONS.format(before=before, name=relation.name)
            if "is_current" in relation.names():
                sql = _in_order(relation, sql)
        else:
            sql = before
        con.execute(f"CREATE VIEW {relation.qualified} AS {sql}")


def _published(relation: Relation, present: Mapping[str, Mapping[str, str]]) -> str:
    """The published rows; a file made before a column was declared shows what the next batch will write there."""
    known = present.get(relation.qualified, {})
    shown = ", ".join(
        quote(c.name) if c.name in known else f"{value_before(c)}::{COLUMN_TYPES[c.type].duckdb} AS {quote(c.name)}"
        for c in relation.columns
    )
    return f"SELECT {shown} FROM {PUBLISHED}.{relation.qualified}" if known else f"SELECT {shown} WHERE false"


def _in_order(relation: Relation, sql: str) -> str:
    """The same rows, with the order of versions that this batch makes."""
    set_by = {n: f"CASE WHEN v.submission_id IS NULL THEN u.{n} ELSE v.{n} END AS {n}" for n in _SET_LATER}
    replaced = ", ".join(set_by[n] for n in _SET_LATER if n in relation.names())
    return f"SELECT u.* REPLACE ({replaced}) FROM ({sql}) u LEFT JOIN staging.version v ON v.submission_id = u.submission_id"


_REGISTERS = "SELECT d.form_code FROM core.dim_form d WHERE NOT d.is_report"
_CURRENT_REGISTER = (
    "SELECT s.submission_id FROM judged.submission s JOIN staging.version v USING (submission_id) "
    f"WHERE v.is_current AND s.form_code IN ({_REGISTERS})"
)
#: of the registers that are published, and of their rows
_SHOWN = "submission_id NOT IN (FROM judged.hidden)"
_OF_REGISTER = (
    f"FROM ({{before}}) WHERE {_SHOWN} AND NOT EXISTS ({_CURRENT_REGISTER}) UNION ALL BY NAME "
    f"FROM judged.{{name}} WHERE submission_id IN ({_CURRENT_REGISTER})"
)
_OF_SUBMISSIONS = (
    "FROM ({before}) WHERE submission_id NOT IN (SELECT submission_id FROM judged.submission) "
    "UNION ALL BY NAME FROM judged.{name}"
)

_AS_IT_IS = "SELECT * FROM {rows}"
_WITH_UNIT = "SELECT f.* REPLACE (s.unit_id AS unit_id) FROM {rows} f JOIN staging.submission s USING (submission_id)"
# the stretch that overlaps the period most; a unit whose stretches all miss it is found too, and a rule says so
#: a code that the register does not have but for its spelling (ĐV032, dv 032): the unit's, where the cover's name says so too
_RESPELL_UNITS = """
UPDATE staging.submission SET unit_code = found.unit_code FROM (
    SELECT s.submission_id, any_value(n.unit_code) AS unit_code
    FROM staging.submission s JOIN core.unit_name_key n
        ON n.name_key = core.text_key(s.unit_name) AND core.text_key(n.unit_code) = core.text_key(s.unit_code)
    WHERE s.unit_code NOT IN (SELECT unit_code FROM core.dim_unit)
    GROUP BY s.submission_id HAVING count(DISTINCT n.unit_code) = 1
) found WHERE submission.submission_id = found.submission_id
"""
_RESOLVE_UNITS = """
UPDATE staging.submission SET unit_id = found.unit_id FROM (
    SELECT s.submission_id, u.unit_id FROM staging.submission s JOIN core.unit_on_day u USING (unit_code)
    QUALIFY row_number() OVER (PARTITION BY s.submission_id ORDER BY
        least(u.valid_until, s.period_end) - greatest(u.valid_from, s.period_start) DESC NULLS LAST,
        u.valid_from DESC, u.unit_id) = 1
) found WHERE submission.submission_id = found.submission_id
"""
#: what the ledger holds of the staged submissions: judged again, one may speak for another unit, period or year
_KNOWN_BEFORE = (
    "INSERT INTO judged.known_before BY NAME SELECT submission_id, form_code, unit_id, period_id, year "
    "FROM judged.before WHERE submission_id IN (SELECT submission_id FROM staging.submission)"
)
_TOUCHED_UNITS = """
INSERT INTO staging.touched_unit
WITH speaking AS (
    SELECT unit_id FROM staging.submission UNION
    SELECT unit_id FROM judged.known_before WHERE submission_id IN (SELECT submission_id FROM staging.submission)
)
SELECT unit_id FROM (
    FROM speaking UNION
    -- what a unit says of the codes of those that it succeeds is compared with theirs
    SELECT s.to_unit_id FROM core.unit_succession s SEMI JOIN speaking ON speaking.unit_id = s.from_unit_id
) WHERE unit_id IS NOT NULL EXCEPT SELECT unit_id FROM staging.touched_unit
"""
