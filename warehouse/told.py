"""What accepted submissions say, table by table: the rows and figures as they were read, for whoever wrote them to compare.

Belongs here: the SQL over the declared tables. Does not: how a receipt shows it (assets.receipt).
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from warehouse.codes import code_lists
from warehouse.declaration import Column, Table, report_tables
from warehouse.relation import CELL_STATES, literal, quote
from warehouse.types import COLUMN_TYPES

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

#: figures of one column that are told one by one; of more rows the total alone
LISTED = 12
_NO_FIGURE = ("none_stated", "not_reported")


def figures(con: duckdb.DuckDBPyConnection, ids: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """Return what was read of the accepted ones of ``ids``, by id: ``table``, ``column``, ``row_count``, ``figures``, ``total``.

    In the order of the form. ``figures`` are texts in the order of the rows, empty where there are more than ``LISTED``;
    ``total`` is the text of their sum, None for what is never added. Columns without a figure are left out.
    """
    out: dict[str, list[dict[str, Any]]] = {}
    for submission_id, table, row_count, columns in con.execute(_sql(), {"ids": list(ids)}).fetchall():
        told = out.setdefault(submission_id, [])
        told += [{"table": table, "row_count": row_count, **c} for c in columns if c["figures"] or c["total"]]
    return out


@cache
def _sql() -> str:
    of_tables = " UNION ALL ".join(
        _of_table(t) for t in report_tables().values() if any(c.state_name for c in t.columns)
    )
    return f"SELECT * EXCLUDE (place) FROM ({of_tables}) ORDER BY submission_id, place"


def _of_table(table: Table) -> str:
    columns = ", ".join(_of_column(c) for c in table.columns if c.state_name)
    return (
        f"SELECT submission_id, {literal(table.label)} AS table_label, count(*) AS row_count, "
        f"[{columns}] AS columns, {table.order} AS place FROM core.{table.core} "
        "WHERE submission_id IN (SELECT unnest($ids::VARCHAR[])) GROUP BY submission_id"
    )


def _of_column(column: Column) -> str:
    name, state = quote(column.name), quote(column.state_name or "")
    words = " ".join(
        f"WHEN {literal(c.code)} THEN {literal(c.label + ' ')}"
        for c in code_lists()[CELL_STATES]
        if not c.properties["is_exact"] and c.code not in _NO_FIGURE
    )
    shown = (
        f"CASE WHEN {state} = 'none_stated' THEN 'không có' WHEN {state} = 'not_reported' THEN 'để trống' "
        f"ELSE (CASE {state} {words} ELSE '' END) || {_number(column, name)} END"
    )
    stated = f"bool_or({state} <> 'not_reported')"
    exact = f"sum({name}) FILTER (core.is_exact({state}))"
    total = "NULL::VARCHAR" if column.measure == "rate" else _number(column, exact)
    return (
        f"{{'column': {literal(column.label)}, 'total': {total}, 'figures': CASE WHEN {stated} AND count(*) <= {LISTED} "
        f"THEN list({shown} ORDER BY row_no) ELSE []::VARCHAR[] END}}"
    )


def _number(column: Column, value: str) -> str:
    if column.type == "count":
        return f"replace(format('{{:,}}', ({value})::BIGINT), ',', '.')"
    return COLUMN_TYPES[column.type].shown.format(f"round({value}, 6)")
