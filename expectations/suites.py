"""Great Expectations suites: every rule as one expectation that carries its code, severity and strategy in ``meta``.

Importing this module imports great_expectations (seconds): only where suites are compiled or run. Does not belong here: the
rules, or the running.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import great_expectations as gx
from great_expectations.expectations.row_conditions import Column

from expectations.gx import own, source
from expectations.rule import Rule, rules

__all__ = ["source", "suites_for"]
_SEVERITY = {"error": "critical", "warning": "warning", "info": "info"}
_MISSING = {"skip_any": "any_value_is_missing", "skip_all": "all_values_are_missing", "never_skip": "never"}


def suites_for(tables: Iterable[str]) -> dict[str, gx.ExpectationSuite]:
    """Return the suite of each qualified table that has rules."""
    out = {}
    for table in tables:
        found = [expectation_of(r) for r in rules() if r.table == table]
        if found:
            out[table] = gx.ExpectationSuite(name=table, expectations=found)
    return out


def expectation_of(rule: Rule) -> Any:
    """Return the expectation of a rule."""
    common: dict[str, Any] = {
        "severity": _SEVERITY[rule.severity],
        "notes": f"{rule.code}: {rule.title} - {rule.title_en}",
        "meta": {
            "code": rule.code,
            "title": rule.title,
            "severity": rule.severity,
            "missing": rule.missing,
            "tolerance": rule.tolerance,
            "scope": rule.scope_note,
        },
    }
    make: Callable[[Rule, dict[str, Any]], Any] = _KINDS[rule.kind]
    return make(rule, common)


def _row(rule: Rule, common: dict[str, Any]) -> Any:
    return own.ExpectRowsToSatisfy(
        column=rule.column,
        columns=list(rule.columns),
        sql=rule.predicate,
        ignore_row_if=_MISSING[rule.missing],
        **common,
    )


def _in_table(rule: Rule, common: dict[str, Any]) -> Any:
    table, _, column = rule.ref.rpartition(".")
    if rule.forms:
        common["row_condition"] = Column("form_code").is_in(list(rule.forms))
    return own.ExpectColumnValuesToExistInTable(column=rule.columns[0], ref_table=table, ref_column=column, **common)


def _query(rule: Rule, common: dict[str, Any]) -> Any:
    return own.ExpectNoRows(unexpected_rows_query=rule.failing_rows, **common)


def _unique(rule: Rule, common: dict[str, Any]) -> Any:
    return own.ExpectRowsUnique(
        column_list=["submission_id", *rule.columns], ignore_row_if="any_value_is_missing", **common
    )


_KINDS = {
    "row": _row,
    "in_table": _in_table,
    "query": _query,
    "unique": _unique,
    "not_null": lambda r, c: own.ExpectValuesNotNull(column=r.columns[0], **c),
    "length": lambda r, c: own.ExpectLengthsBetween(column=r.columns[0], max_value=int(r.max or 0), **c),
    "between": lambda r, c: own.ExpectValuesBetween(column=r.columns[0], min_value=0, max_value=r.max, **c),
}
