"""The register in force: its rows as a form prints them, and where the next one stands among those that are known.

Belongs here: SQL over the register's tables as a whole. Does not: the rules of the register form (expectations), which report
a changed register judges anew (warehouse.versions).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from warehouse import query
from warehouse.declaration import register_tables
from warehouse.forms import register_form
from warehouse.relation import quote

if TYPE_CHECKING:
    from datetime import date

    import duckdb


@dataclass(frozen=True, slots=True)
class InForce:
    """The register in force: what its cover says of its place among registers, and its rows by table, in their order."""

    period_id: str
    period_end: date
    revision: int
    rows: dict[str, list[dict[str, Any]]]


def in_force(con: duckdb.DuckDBPyConnection) -> InForce | None:
    """Return the register in force of a published warehouse; None when there is none."""
    found = query.rows(con, "register_in_force", form_code=register_form())
    if not found:
        return None
    (cover,) = found
    rows = {}
    for table in register_tables().values():
        columns = ", ".join(quote(c.name) for c in table.columns)
        result = con.execute(f"SELECT {columns} FROM core.{table.core} ORDER BY row_no")
        names = [c.name for c in table.columns]
        rows[table.name] = [dict(zip(names, row, strict=True)) for row in result.fetchall()]
    return InForce(**cover, rows=rows)
