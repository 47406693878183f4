"""The marts: cross-year tables for analysts, each a SELECT in ``warehouse/marts``, rebuilt by year.

Belongs here: the order of the marts and how a year is rebuilt. Does not: their columns
(tables/system/mart.yaml) and SQL.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from warehouse.relation import relations

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

MARTS_DIR = Path(__file__).parent / "marts"

#: in the order they are built; a mart may read those before it
BY_YEAR = (
    "year_source",
    "model_by_unit",
    "model_by_year",
    "inspection_by_year",
    "inspection_finding_by_year",
    "dialogue_compliance",
)
#: rows of one year depend on other years (first roll-out, the span of expected reports): always rebuilt whole
WHOLE = ("training_by_unit", "training_by_year", "completeness", "series_break")


def build_marts(con: duckdb.DuckDBPyConnection, years: Sequence[int] | None) -> None:
    """Rebuild the marts for ``years``; None rebuilds every year. The caller holds the transaction."""
    for name in BY_YEAR:
        _rebuild(con, name, years)
    for name in WHOLE:
        _rebuild(con, name, None)


def _rebuild(con: duckdb.DuckDBPyConnection, name: str, years: Sequence[int] | None) -> None:
    target = relations()[f"mart.{name}"]
    select = f"SELECT * FROM ({(MARTS_DIR / f'{name}.sql').read_text(encoding='utf-8')})"
    if years is None:
        con.execute(f"DELETE FROM {target.qualified}")
        con.execute(f"INSERT INTO {target.qualified} BY NAME {select}")
        return
    con.execute(f"DELETE FROM {target.qualified} WHERE year IN (SELECT unnest(?))", [list(years)])
    con.execute(f"INSERT INTO {target.qualified} BY NAME {select} WHERE year IN (SELECT unnest(?))", [list(years)])
