"""What the published warehouse is asked: one statement a file in ``warehouse/queries``, run by its name.

Each file opens with a comment that says what it returns; parameters are ``$name``; what several stand on is a view or macro.
Belongs here: reading and running them. Does not: the statements, or what is done with rows.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection

    import duckdb

QUERIES_DIR = Path(__file__).parent / "queries"


@cache
def text(name: str) -> str:
    """Return the statement of ``name``. Raises FileNotFoundError for a name without a file."""
    return (QUERIES_DIR / f"{name}.sql").read_text(encoding="utf-8")


def rows(con: duckdb.DuckDBPyConnection, name: str, **parameters: Any) -> list[dict[str, Any]]:
    """Return the rows of the query ``name``, as column name -> value. Each ``$parameter`` of the file is given, and no other."""
    return _named(con.execute(text(name), parameters))


def rows_as_of(
    con: duckdb.DuckDBPyConnection, name: str, known: int | None, /, **parameters: Any
) -> list[dict[str, Any]]:
    """Return what ``rows`` does, of what was ``known`` at a release (``<table>_as_of``), as defined now; None: of what is now."""
    return _named(con.execute(text(name) if known is None else then(text(name), known), parameters))


def then(sql: str, known: int, besides: Collection[str] = ()) -> str:
    """Return ``sql`` over what was known at a release: each table that is kept in generations, and what follows from it.

    ``besides`` are read as they are now.
    """
    from warehouse.sql_text import bare, given
    from warehouse.views import as_of_names

    return given(bare(sql), {n: macro for n, macro in as_of_names().items() if n not in besides}, str(int(known)))


def _named(result: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    names = [column[0] for column in result.description or ()]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
