"""Verdicts: every failing row of a batch found in one statement a table, and one verdict per submission.

Works on any connection that has ``staging`` and shows ``core`` and ``intake`` as they will be (warehouse.staging). The SQL is
compiled once from the suites and cached, so a small batch needs no import of great_expectations for its verdicts.
Does not belong here: the rules, where a finding stands and what it says (findings), reading files, what happens to what was
judged (assets.batch).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from expectations.catalogue import catalogue
from expectations.findings import findings_sql, intake_findings_sql
from expectations.gx.compiled import compiled_sql
from expectations.probable import name_probable
from expectations.rule import Rule, rules
from warehouse.codes import code_lists
from warehouse.forms import form_versions
from warehouse.relation import relations
from warehouse.rows import replace_rows
from warehouse.staging import shows_rows

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb


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
    violated = _violated(con, staged)
    name_probable(con, violated)
    con.execute(f"INSERT INTO staging.finding BY NAME {findings_sql(violated, 'staging.column_map')}")
    con.execute(f"INSERT INTO staging.finding BY NAME {intake_findings_sql('staging.column_map')}")
    con.execute(_VERDICTS)
    return staged


def judge_history(con: duckdb.DuckDBPyConnection, cache: Path) -> list[str]:
    """Judge the accepted facts of the touched units across periods: adds to staging.violation, fills history_finding.

    ``core`` and ``intake`` show the batch in place by then. Returns the tables that were judged.
    """
    tables = [t for t in dict.fromkeys(r.table for r in rules() if r.history) if shows_rows(con, t)]
    _find_violations(con, cache, tables)
    con.execute("DELETE FROM staging.history_finding")
    con.execute(
        f"INSERT INTO staging.history_finding BY NAME {findings_sql(_violated(con, tables), 'intake.column_map')}"
    )
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
        con.execute(f"INSERT INTO staging.violation BY NAME {_compiled(con, cache, table)}")


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


_VERDICTS = """
INSERT INTO staging.verdict BY NAME
SELECT s.submission_id,
       coalesce(sum(1 + coalesce(f.more_count, 0)) FILTER (f.severity = 'error'), 0) AS error_count,
       coalesce(sum(1 + coalesce(f.more_count, 0)) FILTER (f.severity = 'warning'), 0) AS warning_count,
       CASE WHEN count(f.code) FILTER (f.severity = 'error') > 0 THEN 'rejected' ELSE 'accepted' END AS verdict
FROM staging.submission s LEFT JOIN staging.finding f USING (submission_id)
GROUP BY s.submission_id
"""
