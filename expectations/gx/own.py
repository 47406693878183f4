"""Expectations of our own, as first-class GX map expectations: they count and compile like GX's.

Belongs here: a foreign key against a table, and a SQL predicate over the columns of one row. Does not: rules that use them.
"""

from __future__ import annotations

from typing import Any, ClassVar

import great_expectations.expectations as gxe
import sqlalchemy as sa
from great_expectations.expectations.expectation import ColumnMapExpectation
from great_expectations.expectations.metrics.map_metric_provider import (
    ColumnMapMetricProvider,
    column_condition_partial,
)
from great_expectations.expectations.registry import get_metric_kwargs
from great_expectations.validator.metric_configuration import MetricConfiguration
from great_expectations.validator.validator import ValidationDependencies

from expectations.gx.source import DuckDBExecutionEngine

_ROWS = "table.row_count"
#: what the domain of a metric of columns has beyond that of its table
_OF_COLUMNS = ("column", "column_list", "ignore_row_if")


class CountsOnly:
    """Mixed into a map expectation: it counts its failing rows and fetches none of their values.

    Half of GX's queries go, and no value of a submission can reach a result: where a row failed is the compiled pass's
    answer.
    """

    map_metric: ClassVar[str]

    def get_validation_dependencies(self, runtime_configuration: Any = None, **_: Any) -> Any:
        """Return the metrics to compute: the count of rows and that of failing rows, and none that GX would add."""
        needed = ValidationDependencies()
        needed.result_format = {"result_format": "BASIC"}  # with BOOLEAN_ONLY GX drops the counts
        failing = f"{self.map_metric}.unexpected_count"
        found = get_metric_kwargs(failing, self.configuration, runtime_configuration)  # type: ignore[attr-defined]
        domain, values = found["metric_domain_kwargs"], found["metric_value_kwargs"]
        needed.set_metric_configuration(failing, MetricConfiguration(failing, domain, values))
        of_table = {key: value for key, value in domain.items() if key not in _OF_COLUMNS}
        needed.set_metric_configuration(_ROWS, MetricConfiguration(_ROWS, of_table))
        return needed

    def _validate(self, metrics: dict[str, Any], **_: Any) -> dict[str, Any]:
        rows = metrics.get(_ROWS) or 0
        failing = metrics.get(f"{self.map_metric}.unexpected_count") or 0
        percent = 100.0 * failing / rows if rows else 0.0
        counted = {"element_count": rows, "unexpected_count": failing, "unexpected_percent": percent}
        return {"success": failing == 0, "result": counted}


class ExpectValuesNotNull(CountsOnly, gxe.ExpectColumnValuesToNotBeNull):  # type: ignore[misc]
    """GX's expectation, counting only."""


class ExpectLengthsBetween(CountsOnly, gxe.ExpectColumnValueLengthsToBeBetween):  # type: ignore[misc]
    """GX's expectation, counting only."""


class ExpectValuesBetween(CountsOnly, gxe.ExpectColumnValuesToBeBetween):  # type: ignore[misc]
    """GX's expectation, counting only."""


class ExpectRowsUnique(CountsOnly, gxe.ExpectCompoundColumnsToBeUnique):  # type: ignore[misc]
    """GX's expectation, counting only."""


class ExpectNoRows(gxe.UnexpectedRowsExpectation):  # type: ignore[misc]
    """GX's expectation, counting only: it would run the query a second time for the rows."""

    metric_dependencies: ClassVar[tuple[str, ...]] = ("unexpected_rows_query.row_count",)

    def _validate(self, metrics: dict[str, Any], **_: Any) -> dict[str, Any]:
        found = metrics["unexpected_rows_query.row_count"]
        return {"success": found == 0, "result": {"observed_value": found}}


class _ExistInTable(ColumnMapMetricProvider):  # type: ignore[misc]
    condition_metric_name = "column_values.exist_in_table"
    condition_value_keys = ("ref_table", "ref_column", "ref_filter")

    @column_condition_partial(engine=DuckDBExecutionEngine)
    def _sqlalchemy(
        cls,  # noqa: N805 - GX's convention
        column: Any,
        ref_table: str,
        ref_column: str,
        ref_filter: str | None = None,
        **_: Any,
    ) -> Any:
        schema, _dot, name = ref_table.rpartition(".")
        known: Any = sa.select(sa.column(ref_column)).select_from(sa.table(name, schema=schema or None))
        known = known.where(sa.column(ref_column).isnot(None))  # one NULL would make NOT IN match nothing
        return column.in_(known.where(sa.text(ref_filter)) if ref_filter else known)


class ExpectColumnValuesToExistInTable(CountsOnly, ColumnMapExpectation):  # type: ignore[misc]
    """Expect every value that is not NULL to stand in ``ref_column`` of ``ref_table``."""

    ref_table: str
    ref_column: str
    ref_filter: str | None = None

    map_metric: ClassVar[str] = "column_values.exist_in_table"
    success_keys: ClassVar[tuple[str, ...]] = ("mostly", "ref_table", "ref_column", "ref_filter")
    args_keys: ClassVar[tuple[str, ...]] = ("column", "ref_table", "ref_column")


class _SatisfySql(ColumnMapMetricProvider):  # type: ignore[misc]
    condition_metric_name = "column_values.rows_satisfy_sql"
    condition_value_keys = ("sql", "ignore_row_if", "columns")
    filter_column_isnull = False  # what is missing is the business of ignore_row_if

    @column_condition_partial(engine=DuckDBExecutionEngine)
    def _sqlalchemy(cls, _column: Any, sql: str, ignore_row_if: str, columns: list[str], **_: Any) -> Any:  # noqa: N805
        holds = sa.func.coalesce(sa.text(f"({sql})"), sa.true())  # a predicate that is NULL holds
        missing = [sa.column(c).is_(None) for c in columns]
        if ignore_row_if == "never":
            return holds
        return sa.or_(sa.or_(*missing) if ignore_row_if == "any_value_is_missing" else sa.and_(*missing), holds)


class ExpectRowsToSatisfy(CountsOnly, ColumnMapExpectation):  # type: ignore[misc]
    """Expect the SQL predicate ``sql`` to hold in every row; ``column`` is the one that a failing row is marked at.

    ``ignore_row_if`` over ``columns`` is the missing-value strategy. A predicate that is NULL holds. To GX an expectation of
    one column, though the predicate names several: those of a table are counted in one statement, others one by one.
    """

    sql: str
    columns: list[str]
    ignore_row_if: str = "any_value_is_missing"

    map_metric: ClassVar[str] = "column_values.rows_satisfy_sql"
    success_keys: ClassVar[tuple[str, ...]] = ("mostly", "sql", "ignore_row_if", "columns")
    args_keys: ClassVar[tuple[str, ...]] = ("column", "sql")
