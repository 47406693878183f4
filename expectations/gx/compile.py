"""Suites compiled to ONE DuckDB statement that yields every failing row: (tbl, submission_id, row_no, code), uncapped.

A rule across periods may say more of a row: columns of ``staging.violation`` that its query has.

GX stays the place where rules are written, stored and rendered; it is asked for its own SQL predicate and row filter of
each expectation, so that no rule is written twice. GX's ``unexpected_index_query`` is not used: it drops row conditions
and is capped. Leans on GX internals (metric names ``*.condition``), so GX is pinned and a differential test watches.
Does not belong here: the cache of the text (expectations.gx.compiled).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from great_expectations.expectations.core import (
    ExpectColumnValuesToBeUnique,
    ExpectCompoundColumnsToBeUnique,
    UnexpectedRowsExpectation,
)
from great_expectations.expectations.expectation import (
    ColumnMapExpectation,
    ColumnPairMapExpectation,
    MulticolumnMapExpectation,
)
from great_expectations.expectations.registry import get_metric_kwargs
from great_expectations.expectations.row_conditions import Condition, deserialize_row_condition
from great_expectations.validator.metric_configuration import MetricConfiguration

from expectations.gx.own import ExpectRowsToSatisfy
from warehouse.relation import literal

if TYPE_CHECKING:
    from great_expectations.core import ExpectationSuite
    from great_expectations.datasource.fluent.interfaces import Batch

_FORMAT = {"result_format": "BOOLEAN_ONLY"}
_BITS = 60  # checks a scan: as many as a BIGINT mask holds


class CompileError(Exception):
    """An expectation that has no failing rows to list, or that GX could not turn into SQL."""


def compile_suites(batches: Mapping[str, tuple[Batch, ExpectationSuite]]) -> str:
    """Return one SELECT over all suites, by qualified table name. Raises CompileError naming the rule."""
    parts = [part for table, (batch, suite) in batches.items() for part in _compile(table, batch, suite)]
    if not parts:
        return "SELECT '' AS tbl, '' AS submission_id, 0::BIGINT AS row_no, '' AS code WHERE false"
    return "\nUNION ALL BY NAME\n".join(parts)


def _compile(table: str, batch: Batch, suite: ExpectationSuite) -> list[str]:
    engine = batch.datasource.get_execution_engine()
    conditions = _conditions(batch, suite)
    masks: list[tuple[str, str]] = []
    sets: list[str] = []
    for expectation in suite.expectations:
        code = expectation.meta["code"]
        if getattr(expectation, "mostly", 1.0) != 1.0:
            raise CompileError(f"{code}: mostly < 1 has no failing rows")
        if isinstance(expectation, UnexpectedRowsExpectation):
            sets.append(_select(table, code, expectation.unexpected_rows_query.format(batch=table)))
        elif isinstance(expectation, ExpectColumnValuesToBeUnique | ExpectCompoundColumnsToBeUnique):
            sets.append(_select(table, code, _duplicates(table, expectation, engine)))
        elif code in conditions:
            masks.append((code, _text(sa.and_(*_filters(expectation, engine), conditions[code]), engine)))
        else:
            raise CompileError(f"{code}: {type(expectation).__name__} has no failing rows")
    return [_masked(table, masks[i : i + _BITS]) for i in range(0, len(masks), _BITS)] + sets


def _conditions(batch: Batch, suite: ExpectationSuite) -> dict[str, Any]:
    """Ask GX for the predicate that marks a failing row, by code."""
    wanted: dict[str, MetricConfiguration] = {}
    for e in suite.expectations:
        if not isinstance(e, ColumnMapExpectation | ColumnPairMapExpectation | MulticolumnMapExpectation):
            continue
        if isinstance(e, ExpectColumnValuesToBeUnique | ExpectCompoundColumnsToBeUnique):
            continue
        name = f"{e.map_metric}.condition"
        kwargs = get_metric_kwargs(name, configuration=e.configuration, runtime_configuration=_FORMAT)
        domain = {**kwargs["metric_domain_kwargs"], "batch_id": batch.id}
        wanted[e.meta["code"]] = MetricConfiguration(name, domain, kwargs["metric_value_kwargs"])
    calculator = batch._get_metrics_calculator()
    calculator.show_progress_bars = False
    resolved, aborted = calculator.compute_metrics(list(wanted.values()), runtime_configuration=_FORMAT)
    if aborted:
        raise CompileError(f"GX has no predicate for {[str(k[0]) for k in aborted]}: {list(aborted.values())[:1]}")
    return {code: resolved[metric.id][0] for code, metric in wanted.items()}


def _filters(expectation: Any, engine: Any) -> list[Any]:
    """The rows that the expectation looks at at all: its row condition and its missing-value strategy."""
    out = []
    condition = expectation.row_condition
    if condition is not None:
        if isinstance(condition, dict):
            condition = deserialize_row_condition(condition)
        if not isinstance(condition, Condition):
            raise CompileError(f"{expectation.meta['code']}: write the row condition with Column(...)")
        out.append(engine.condition_to_filter_clause(condition))
    # a rule over rows carries its strategy in its predicate
    ignore = None if isinstance(expectation, ExpectRowsToSatisfy) else getattr(expectation, "ignore_row_if", None)
    present = [sa.column(c).isnot(None) for c in columns_of(expectation)]
    if ignore in ("either_value_is_missing", "any_value_is_missing"):
        out += present
    elif ignore in ("both_values_are_missing", "all_values_are_missing"):
        out.append(sa.or_(*present))
    return out


def columns_of(expectation: Any) -> list[str]:
    """Return the columns that an expectation is about."""
    for names in (("column",), ("column_A", "column_B")):
        if all(hasattr(expectation, n) for n in names):
            return [getattr(expectation, n) for n in names]
    return list(getattr(expectation, "column_list", []))


def _text(clause: Any, engine: Any) -> str:
    return str(clause.compile(dialect=engine.dialect, compile_kwargs={"literal_binds": True}))


def _duplicates(table: str, expectation: Any, engine: Any) -> str:
    columns = columns_of(expectation)
    filters = _filters(expectation, engine)
    if isinstance(expectation, ExpectColumnValuesToBeUnique):
        filters.append(sa.column(columns[0]).isnot(None))
    where = f" WHERE {_text(sa.and_(*filters), engine)}" if filters else ""
    names = ", ".join(f'"{c}"' for c in columns)
    # IS NOT DISTINCT FROM would count two NULLs as equal; GX's own metric compares with =, where a NULL equals nothing
    on = " AND ".join(f'd."{c}" = l."{c}"' for c in columns)
    return (
        f"SELECT l.submission_id, l.row_no FROM (SELECT * FROM {table}{where}) l SEMI JOIN "
        f"(SELECT {names} FROM {table}{where} GROUP BY {names} HAVING count(*) > 1) d ON {on}"
    )


def _masked(table: str, checks: list[tuple[str, str]]) -> str:
    """One scan for up to 60 predicates: a bit mask a row, unfolded only for the rows that fail."""
    mask = " | ".join(f"(CASE WHEN {sql} THEN {1 << i} ELSE 0 END)::BIGINT" for i, (_, sql) in enumerate(checks))
    codes = ", ".join(literal(code) for code, _ in checks)
    return (
        f"SELECT {literal(table)} AS tbl, submission_id, row_no::BIGINT AS row_no, ([{codes}])[i] AS code "
        f"FROM (SELECT submission_id, row_no, {mask} AS mask FROM {table}) r, range(1, {len(checks) + 1}) t(i) "
        f"WHERE mask <> 0 AND (mask >> (i - 1)::INTEGER) & 1 = 1"
    )


def _select(table: str, code: str, query: str) -> str:
    return f"SELECT {literal(table)} AS tbl, {literal(code)} AS code, * FROM ({query})"
