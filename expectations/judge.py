"""Verdicts: every failing row of a batch found in one statement, located at its cell, and one verdict per submission.

Works on any connection that has ``staging`` and shows ``core`` and ``intake`` as they will be (warehouse.staging). The SQL is
compiled once from the suites and cached, so a small batch needs no import of great_expectations for its verdicts.
Does not belong here: the rules, reading files, what happens to what was judged (assets.batch).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from expectations.catalogue import catalogue
from expectations.gx.compiled import compiled_sql
from expectations.rule import Rule, form_table_of, rules
from warehouse.codes import code_lists
from warehouse.declaration import form_tables
from warehouse.forms import form_versions
from warehouse.relation import literal, quote, relations
from warehouse.rows import replace_rows
from warehouse.types import COLUMN_TYPES

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

#: findings of one code in one table of one submission that are kept as rows; the last of them counts the others
LISTED = 100


def reads() -> set[str]:
    """Return the qualified names of the tables, views and macros that some rule looks at."""
    return {name for rule in rules() for name in rule.reads()}


def write_catalogue(con: duckdb.DuckDBPyConnection) -> None:
    """Make ``meta.rule`` the catalogue."""
    rows = [
        (e.code, e.severity, e.scope_level, e.table_name, e.title, e.title_en, e.expected, e.remedy, e.missing, e.tolerance,
         e.scope_note)
        for e in catalogue().values()
    ]  # fmt: skip
    replace_rows(con, relations()["meta.rule"], list(rows))


def judge_staging(con: duckdb.DuckDBPyConnection, cache: Path) -> list[str]:
    """Judge the staged submissions: fills staging.violation, staging.finding and staging.verdict.

    Returns the tables that were judged: those with rows, since the others have nothing that could fail.
    """
    staged = _staged_tables(con)
    _find_violations(con, cache, staged)
    con.execute(f"INSERT INTO staging.finding {_findings_sql(_violated(con, staged), 'staging.column_map')}")
    con.execute(f"INSERT INTO staging.finding {_located(_INTAKE_FINDINGS, 'staging.column_map')}")
    con.execute(_VERDICTS)
    return staged


def judge_history(con: duckdb.DuckDBPyConnection, cache: Path) -> list[str]:
    """Judge the accepted facts of the touched units across periods: adds to staging.violation, fills history_finding.

    ``core`` and ``intake`` show the batch in place by then. Returns the tables that were judged.
    """
    tables = [t for t in dict.fromkeys(r.table for r in rules() if r.history) if _has_rows(con, t)]
    _find_violations(con, cache, tables)
    con.execute("DELETE FROM staging.history_finding")
    con.execute(f"INSERT INTO staging.history_finding {_findings_sql(_violated(con, tables), 'intake.column_map')}")
    return tables


def gx_check(con: duckdb.DuckDBPyConnection, tables: Sequence[str], docs_dir: Path, run_name: str) -> list[str]:
    """Let Great Expectations itself run the suites of ``tables``; return the differences found.

    A difference is a rule whose failing rows GX and the compiled pass counted differently. Raises GxRunError.
    """
    from expectations.gx.run import differences, run_suites
    from expectations.suites import suites_for

    outcomes = run_suites(con, suites_for(tables), docs_dir, run_name)
    found = differences(outcomes, {(table, code): n for table, code, n in violation_counts(con, tables)})
    return [str(d) for d in found]


def violation_counts(con: duckdb.DuckDBPyConnection, tables: Sequence[str]) -> list[tuple[str, str, int]]:
    """Return (table, code, failing rows) of the rules that found something in ``tables``."""
    return con.execute(
        "SELECT tbl, code, count(*) FROM staging.violation WHERE tbl IN (SELECT unnest(?)) GROUP BY ALL ORDER BY ALL",
        [list(tables)],
    ).fetchall()


def _has_rows(con: duckdb.DuckDBPyConnection, table: str) -> bool:
    return bool(con.execute(f"FROM {table} LIMIT 1").fetchall())


def versions() -> tuple[str, str]:
    """Return what a verdict rests on besides the data: a hash of the rules, and one of the form maps and code lists."""
    ruled = hashlib.sha256("\n".join(map(repr, rules())).encode())
    read = hashlib.sha256("\n".join([repr(form_versions()), repr(code_lists())]).encode())
    return ruled.hexdigest()[:16], read.hexdigest()[:16]


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


def _findings_sql(violated: Sequence[Rule], column_map: str) -> str:
    """One SELECT per violated rule: the failing rows with the place and content of the cell that the rule marks."""
    return _located("\nUNION ALL\n".join(_of_rule(r) for r in violated) or _NOTHING, column_map)


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


def _located(inner: str, column_map: str) -> str:
    """Join places and messages to rows (their columns: see ``_NOTHING``); ``column_map`` is the table that has the places.

    Of one code in one table of a submission the first ``LISTED`` are kept; the last of them says how many more there are.
    """
    return f"""
SELECT f.submission_id, f.code, r.severity, f.table_name, f.row_no, f.column_name,
       coalesce(f.sheet, m.sheet) AS sheet,
       coalesce(f.cell, CASE f.table_name WHEN 'cover' THEN m.cell
                        ELSE replace(m.cell, '*', f.source_row::VARCHAR) END) AS cell,
       f.found, coalesce(f.detail, r.expected) AS expected,
       CASE WHEN f.table_name = 'cover' OR m.header IS NULL OR starts_with(r.rule_title, m.header) THEN r.rule_title
            ELSE m.header || ': ' || r.rule_title END AS message,
       r.remedy, CASE WHEN f.n = {LISTED} THEN nullif(f.total - {LISTED}, 0) END AS more_count
FROM (
    SELECT *, row_number() OVER (of_code ORDER BY row_no, source_row, sheet, length(cell), cell, column_name, found) AS n,
           count(*) OVER of_code AS total
    FROM ({inner})
    WINDOW of_code AS (PARTITION BY submission_id, code, table_name)
    QUALIFY n <= {LISTED}
) f JOIN meta.rule r USING (code)
LEFT JOIN {column_map} m
    ON m.submission_id = f.submission_id AND m.table_name = f.table_name AND m.column_name = f.column_name
"""


_PLACES = " UNION ALL ".join(
    f"SELECT submission_id, {literal(name)} AS table_name, row_no, sheet, source_row FROM staging.{name}"
    for name in form_tables()
)
_INTAKE_FINDINGS = (
    "SELECT i.submission_id, i.code, i.table_name, i.row_no, i.column_name, coalesce(i.sheet, p.sheet) AS sheet, "
    f"p.source_row, i.cell, i.found, i.detail FROM staging.cell_issue i LEFT JOIN ({_PLACES}) p "
    "ON p.submission_id = i.submission_id AND p.table_name = i.table_name AND p.row_no = i.row_no"
)

_VERDICTS = """
INSERT INTO staging.verdict BY NAME
SELECT s.submission_id,
       coalesce(sum(1 + coalesce(f.more_count, 0)) FILTER (f.severity = 'error'), 0) AS error_count,
       coalesce(sum(1 + coalesce(f.more_count, 0)) FILTER (f.severity = 'warning'), 0) AS warning_count,
       CASE WHEN count(f.code) FILTER (f.severity = 'error') > 0 THEN 'rejected' ELSE 'accepted' END AS verdict
FROM staging.submission s LEFT JOIN staging.finding f USING (submission_id)
GROUP BY s.submission_id
"""
