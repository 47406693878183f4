"""Verdicts: every failing row of a batch found in one statement, located at its cell, and one verdict per submission.

The SQL is compiled once from the suites and cached, so a small batch needs no import of great_expectations for its
verdicts. Does not belong here: the rules, reading files, what happens to what was accepted (warehouse.load).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from expectations.catalogue import catalogue
from expectations.gx.compiled import compiled_sql
from expectations.rule import Rule, form_table_of, rules
from warehouse.bootstrap import replace_rows
from warehouse.declaration import form_tables
from warehouse.relation import literal, quote, relations
from warehouse.types import COLUMN_TYPES

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb


def write_catalogue(con: duckdb.DuckDBPyConnection) -> None:
    """Make ``meta.rule`` the catalogue."""
    rows = [
        (e.code, e.severity, e.scope_level, e.table_name, e.title, e.title_en, e.expected, e.remedy, e.missing, e.tolerance,
         e.scope_note)
        for e in catalogue().values()
    ]  # fmt: skip
    replace_rows(con, relations()["meta.rule"], list(rows))


def judge_staging(con: duckdb.DuckDBPyConnection, cache: Path) -> list[str]:
    """Judge the staged submissions: fills staging.violation, makes staging.finding and staging.verdict.

    Returns the tables that were judged: those with rows, since the others have nothing that could fail.
    """
    staged = _staged_tables(con)
    _find_violations(con, cache, staged)
    con.execute(f"CREATE OR REPLACE TABLE staging.finding AS {_findings_sql(_violated(con, staged))}")
    con.execute(_PLACES)
    con.execute(f"INSERT INTO staging.finding {_INTAKE_FINDINGS}")
    con.execute(_VERDICTS)
    return staged


def judge_history(con: duckdb.DuckDBPyConnection, cache: Path) -> list[str]:
    """Judge the accepted facts of the touched units across periods: adds to staging.violation, makes history_finding.

    Returns the tables that were judged.
    """
    tables = [t for t in dict.fromkeys(r.table for r in rules() if r.history) if _has_rows(con, t)]
    _find_violations(con, cache, tables)
    con.execute(f"CREATE OR REPLACE TABLE staging.history_finding AS {_findings_sql(_violated(con, tables))}")
    return tables


def gx_check(
    con: duckdb.DuckDBPyConnection, tables: Sequence[str], docs_dir: Path, run_name: str
) -> tuple[dict[str, int], list[str]]:
    """Let Great Expectations itself run the suites of ``tables``; return (expectations by table, differences found).

    A difference is a rule whose failing rows GX and the compiled pass counted differently. Raises GxRunError.
    """
    from expectations.gx.run import differences, run_suites
    from expectations.suites import suites_for

    outcomes = run_suites(con, suites_for(tables), docs_dir, run_name)
    counted = con.execute("SELECT tbl, code, count(*) FROM staging.violation GROUP BY ALL").fetchall()
    found = differences(outcomes, {(table, code): n for table, code, n in counted})
    return {o.table: o.evaluated for o in outcomes}, [str(d) for d in found]


def _has_rows(con: duckdb.DuckDBPyConnection, table: str) -> bool:
    return bool(con.execute(f"FROM {table} LIMIT 1").fetchall())


def _staged_tables(con: duckdb.DuckDBPyConnection) -> list[str]:
    tables = dict.fromkeys(r.table for r in rules() if not r.history)
    return [t for t in tables if _has_rows(con, t)]


def _find_violations(con: duckdb.DuckDBPyConnection, cache: Path, tables: Sequence[str]) -> None:
    for table in tables:
        con.execute(f"INSERT INTO staging.violation {_compiled(con, cache, table)}")


def _compiled(con: duckdb.DuckDBPyConnection, cache: Path, table: str) -> str:
    def build() -> str:
        from expectations.gx.compile import compile_suites
        from expectations.gx.run import batches, context_for
        from expectations.suites import suites_for

        return compile_suites(batches(context_for(cache / "gx"), con, suites_for([table])))

    return compiled_sql(_fingerprint(table), cache, build)


def _fingerprint(table: str) -> str:
    """Changes with the rules of the table and with its columns."""
    parts = [repr(r) for r in rules() if r.table == table] + relations()[table].names()
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _violated(con: duckdb.DuckDBPyConnection, tables: Sequence[str]) -> list[Rule]:
    codes = {row[0] for row in con.execute("SELECT DISTINCT code FROM staging.violation").fetchall()}
    return [r for r in rules() if r.code in codes and r.table in tables]


def _findings_sql(violated: Sequence[Rule]) -> str:
    """One SELECT per violated rule: the failing rows with the place and content of the cell that the rule marks."""
    if not violated:
        return f"{_located(_NOTHING)}"
    return _located("\nUNION ALL\n".join(_of_rule(r) for r in violated))


_NOTHING = (
    "SELECT NULL::VARCHAR AS submission_id, NULL::VARCHAR AS code, NULL::VARCHAR AS table_name, NULL::BIGINT AS row_no, "
    "NULL::VARCHAR AS column_name, NULL::VARCHAR AS sheet, NULL::BIGINT AS source_row, NULL::VARCHAR AS cell, "
    "NULL::VARCHAR AS found, NULL::VARCHAR AS detail WHERE false"
)


def _of_rule(rule: Rule) -> str:
    keyed = "v.submission_id = t.submission_id AND v.row_no = t.row_no"
    source, place = rule.table, "t.sheet, t.source_row, NULL AS cell"
    nowhere = "NULL AS sheet, NULL::BIGINT AS source_row, NULL AS cell"
    table, column = literal(form_table_of(rule.table) or ""), literal(rule.column)
    if rule.table == "intake.submission":
        keyed, place = "v.submission_id = t.submission_id", nowhere
    elif rule.table == "staging.submission":
        place = nowhere
    elif rule.table == "staging.stated_total":
        table, column, place = "t.table_name", "t.column_name", "t.sheet, t.source_row, t.cell"
    return (
        f"SELECT v.submission_id, v.code, {table} AS table_name, "
        f"{'NULL::BIGINT' if rule.table == 'staging.stated_total' else 'v.row_no'} AS row_no, {column} AS column_name, "
        f"{place}, {_found(rule)} AS found, NULL AS detail FROM staging.violation v JOIN {source} t ON {keyed} "
        f"WHERE v.tbl = {literal(rule.table)} AND v.code = {literal(rule.code)}"
        + (_NOT_UNREADABLE.format(table=table, column=column) if rule.about_missing else "")
    )


#: a cell that could not be read has its own finding; that it is also empty says nothing more
_NOT_UNREADABLE = (
    " AND NOT EXISTS (FROM staging.cell_issue i WHERE i.submission_id = v.submission_id AND i.row_no = v.row_no "
    "AND i.column_name = {column} AND i.table_name = {table})"
)


def _found(rule: Rule) -> str:
    """The cells that the rule looked at, as text: the value alone, or each with its label."""
    relation = relations()[rule.table]
    shown = [c for c in dict.fromkeys((rule.column, *rule.columns)) if c in relation.names()]
    texts = {c: COLUMN_TYPES[relation.column(c).type].shown.format(f"t.{quote(c)}") for c in shown}
    if len(shown) == 1:
        return texts[shown[0]]
    parts = [f"{literal(relation.column(c).label + ': ')} || coalesce({texts[c]}, '(trống)')" for c in shown]
    return f"concat_ws('; ', {', '.join(parts)})"


def _located(inner: str) -> str:
    """Join places and messages to rows (their columns: see ``_NOTHING``)."""
    return f"""
SELECT f.submission_id, f.code, r.severity, f.table_name, f.row_no, f.column_name,
       coalesce(f.sheet, m.sheet) AS sheet,
       coalesce(f.cell, CASE f.table_name WHEN 'cover' THEN m.cell
                        ELSE replace(m.cell, '*', f.source_row::VARCHAR) END) AS cell,
       f.found, coalesce(f.detail, r.expected) AS expected,
       CASE WHEN f.table_name = 'cover' OR m.header IS NULL OR starts_with(r.rule_title, m.header) THEN r.rule_title
            ELSE m.header || ': ' || r.rule_title END AS message,
       r.remedy
FROM ({inner}) f JOIN meta.rule r USING (code)
LEFT JOIN intake.column_map m
    ON m.submission_id = f.submission_id AND m.table_name = f.table_name AND m.column_name = f.column_name
"""


_INTAKE_FINDINGS = _located(
    "SELECT i.submission_id, i.code, i.table_name, i.row_no, i.column_name, coalesce(i.sheet, p.sheet) AS sheet, "
    "p.source_row, i.cell, i.found, i.detail FROM staging.cell_issue i LEFT JOIN staging.place p "
    "ON p.submission_id = i.submission_id AND p.table_name = i.table_name AND p.row_no = i.row_no"
)

_PLACES = "CREATE OR REPLACE VIEW staging.place AS " + " UNION ALL ".join(
    f"SELECT submission_id, {literal(name)} AS table_name, row_no, sheet, source_row FROM staging.{name}"
    for name in form_tables()
)

_VERDICTS = """
CREATE OR REPLACE TABLE staging.verdict AS
SELECT s.submission_id,
       count(f.code) FILTER (f.severity = 'error') AS error_count,
       count(f.code) FILTER (f.severity = 'warning') AS warning_count,
       CASE WHEN count(f.code) FILTER (f.severity = 'error') > 0 THEN 'rejected' ELSE 'accepted' END AS verdict
FROM staging.submission s LEFT JOIN staging.finding f USING (submission_id)
GROUP BY s.submission_id
"""
