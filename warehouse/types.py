"""Logical types of columns: what each is in DuckDB, polars and Arrow, as shown text, in a content hash, in a workbook.

Belongs here: everything that depends on a column's type alone. Does not: what a cell says (warehouse.cells), tables (relation).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal

LogicalType = Literal["count", "integer", "decimal", "percent", "date", "timestamp", "code", "text", "flag"]


@dataclass(frozen=True, slots=True)
class ColumnType:
    """One logical type. ``polars`` and ``arrow`` build the type of the library that they are given.

    ``shown`` and ``hashed`` are SQL around the column ``{0}``: as a unit reads it (NULL stays NULL), and as it enters a
    content hash. ``stated`` figures carry a companion ``<column>_state``.
    """

    duckdb: str
    polars: Callable[[Any], Any]
    arrow: Callable[[Any], Any]
    shown: str = "{0}::VARCHAR"
    hashed: str = "{0}::VARCHAR"
    stated: bool = False


_WHOLE = ColumnType("BIGINT", lambda pl: pl.Int64, lambda pa: pa.int64())
_DECIMAL = ColumnType(
    "DOUBLE",
    lambda pl: pl.Float64,
    lambda pa: pa.float64(),
    shown="replace(regexp_replace({0}::VARCHAR, '\\.0$', ''), '.', ',')",
    hashed="round({0}, 9)::VARCHAR",  # parallel sums may differ in the last bits
    stated=True,
)
_TEXT = ColumnType("VARCHAR", lambda pl: pl.String, lambda pa: pa.string())

COLUMN_TYPES: dict[LogicalType, ColumnType] = {
    "count": replace(_WHOLE, stated=True),
    "integer": _WHOLE,
    "decimal": _DECIMAL,
    "percent": _DECIMAL,
    "date": ColumnType(
        "DATE",
        lambda pl: pl.Date,
        lambda pa: pa.date32(),
        shown="strftime({0}, '%d/%m/%Y')",
    ),
    "timestamp": ColumnType("TIMESTAMP", lambda pl: pl.Datetime("us"), lambda pa: pa.timestamp("us")),
    "code": _TEXT,
    "text": _TEXT,
    "flag": ColumnType(
        "BOOLEAN",
        lambda pl: pl.Boolean,
        lambda pa: pa.bool_(),
        shown="CASE WHEN {0} THEN 'Có' WHEN NOT {0} THEN 'Không' END",
    ),
}
