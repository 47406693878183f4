"""Expectations of our own, as first-class GX map expectations: they render in Data Docs, count and compile like GX's.

Belongs here: a foreign key against a table, and a SQL predicate over the columns of one row. Does not: rules that use them.
"""

from __future__ import annotations

from typing import Any, ClassVar

import sqlalchemy as sa
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
from great_expectations.expectations.expectation import (
    ColumnMapExpectation,
    MulticolumnMapExpectation,
    render_suite_parameter_string,
)
from great_expectations.expectations.metrics.map_metric_provider import (
    ColumnMapMetricProvider,
    MulticolumnMapMetricProvider,
    column_condition_partial,
    multicolumn_condition_partial,
)
from great_expectations.render import RenderedStringTemplateContent
from great_expectations.render.renderer.renderer import renderer

from expectations.gx.source import DuckDBExecutionEngine


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
        known = sa.select(sa.column(ref_column)).select_from(sa.table(name, schema=schema or None))
        known = known.where(sa.column(ref_column).isnot(None))  # one NULL would make NOT IN match nothing
        return column.in_(known.where(sa.text(ref_filter)) if ref_filter else known)


class ExpectColumnValuesToExistInTable(ColumnMapExpectation):  # type: ignore[misc]
    """Expect every value that is not NULL to stand in ``ref_column`` of ``ref_table``."""

    ref_table: str
    ref_column: str
    ref_filter: str | None = None

    map_metric: ClassVar[str] = "column_values.exist_in_table"
    success_keys: ClassVar[tuple[str, ...]] = ("mostly", "ref_table", "ref_column", "ref_filter")
    args_keys: ClassVar[tuple[str, ...]] = ("column", "ref_table", "ref_column")

    @classmethod
    @renderer(renderer_type="renderer.prescriptive")
    @render_suite_parameter_string
    def _prescriptive_renderer(cls, configuration: ExpectationConfiguration | None = None, **_: Any) -> list[Any]:
        return _prose(configuration, "giá trị phải có trong - values must exist in $ref_table.$ref_column")


class _SatisfySql(MulticolumnMapMetricProvider):  # type: ignore[misc]
    condition_metric_name = "multicolumn_values.satisfy_sql"
    condition_domain_keys = ("batch_id", "table", "column_list", "row_condition", "condition_parser", "ignore_row_if")
    condition_value_keys = ("sql",)

    @multicolumn_condition_partial(engine=DuckDBExecutionEngine)
    def _sqlalchemy(cls, column_list: Any, sql: str, **_: Any) -> Any:  # noqa: N805
        # a predicate that is NULL holds: what is missing is the business of the missing-value strategy
        return sa.func.coalesce(sa.text(f"({sql})"), sa.true())


class ExpectRowsToSatisfy(MulticolumnMapExpectation):  # type: ignore[misc]
    """Expect the SQL predicate ``sql`` over the columns of ``column_list`` to hold in every row.

    A row whose predicate is NULL holds. ``ignore_row_if`` over ``column_list`` is the missing-value strategy.
    """

    sql: str

    map_metric: ClassVar[str] = "multicolumn_values.satisfy_sql"
    success_keys: ClassVar[tuple[str, ...]] = ("mostly", "sql", "ignore_row_if")
    args_keys: ClassVar[tuple[str, ...]] = ("column_list", "sql")

    @classmethod
    @renderer(renderer_type="renderer.prescriptive")
    @render_suite_parameter_string
    def _prescriptive_renderer(cls, configuration: ExpectationConfiguration | None = None, **_: Any) -> list[Any]:
        return _prose(configuration, "phải thỏa mãn - must satisfy: $sql")


def _prose(configuration: ExpectationConfiguration | None, template: str) -> list[Any]:
    kwargs = configuration.kwargs if configuration else {}
    params = {k: str(v) for k, v in kwargs.items() if k in ("column", "ref_table", "ref_column", "sql")}
    if "column" in params:
        template = "$column: " + template
    return [
        RenderedStringTemplateContent(
            content_block_type="string_template", string_template={"template": template, "params": params}
        )
    ]
