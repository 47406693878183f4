"""What the published warehouse is asked: one statement a file in ``warehouse/queries``, run by its name.

Each file opens with a comment that says what it returns; parameters are ``$name``; what several stand on is a view or macro.
Belongs here: reading and running them. Does not: the statements, or what is done with rows.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import duckdb

    from warehouse.past import Past

QUERIES_DIR = Path(__file__).parent / "queries"


@cache
def text(name: str) -> str:
    """Return the statement of ``name``. Raises FileNotFoundError for a name without a file."""
    return (QUERIES_DIR / f"{name}.sql").read_text(encoding="utf-8")


def rows(con: duckdb.DuckDBPyConnection, name: str, **parameters: Any) -> list[dict[str, Any]]:
    """Return the rows of the query ``name``, as column name -> value. Each ``$parameter`` of the file is given, and no other."""
    return _named(con.execute(text(name), parameters))


def rows_as_of(
    con: duckdb.DuckDBPyConnection, name: str, past: Past | None, /, **parameters: Any
) -> list[dict[str, Any]]:
    """Return what ``rows`` does, of what was known then (``past``); None: of what is now."""
    return _named(con.execute(text(name) if past is None else past.sql(text(name)), parameters))


def _named(result: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    names = [column[0] for column in result.description or ()]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
