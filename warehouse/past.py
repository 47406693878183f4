"""What was known at a release, worked out once for many questions: a temporary table for all that they stand on.

A table macro ``<name>_as_of`` is planned anew, with all that it reads, in each statement that asks it; a paper has dozens. Belongs
here: those tables. Does not: what was known then (warehouse.as_of, as_of_views), one question (the macros themselves).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from warehouse.files import sha256_hex
from warehouse.mart_sql import mart_texts
from warehouse.sql_text import bare, given, names_used, renamed
from warehouse.views import as_of_names, sql_objects

if TYPE_CHECKING:
    from collections.abc import Collection

    import duckdb


class Past:
    """What was ``known`` at a release, a moment or a day (as SQL). Its tables last as long as ``con``, which may only read."""

    def __init__(self, con: duckdb.DuckDBPyConnection, known: str) -> None:
        self._con, self._known = con, known
        self._prefix = f"known_{sha256_hex(known.encode())[:12]}"
        self._tables: dict[str, str] = {}

    def sql(self, sql: str, besides: Collection[str] = ()) -> str:
        """Return ``sql`` over what was known then, as defined now: the tables that are kept in generations, and what follows.

        ``besides`` are read as they are now.
        """
        text = bare(sql)
        names = {n: macro for n, macro in as_of_names().items() if n in names_used(text) and n not in besides}
        calls = {n: macro for n, macro in names.items() if _is_macro(n)}  # each is given something besides
        return renamed(given(text, calls, self._known), {n: self._table(n) for n in names if n not in calls})

    def _table(self, name: str) -> str:
        """Return the temporary table that shows ``name`` as it was: made when it is first asked for, of those that it reads."""
        if name not in self._tables:
            defined = mart_texts().get(name) or (sql_objects()[name].sql if name in sql_objects() else "")
            rows = self.sql(defined) if defined else f"FROM {as_of_names()[name]}({self._known})"
            table = f"{self._prefix}_{name.replace('.', '_')}"
            self._con.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS {rows}")
            self._tables[name] = table
        return self._tables[name]


def _is_macro(name: str) -> bool:
    return name in sql_objects() and sql_objects()[name].kind == "macro"
