"""What was known at a release, worked out once for many questions: a temporary table for all that they stand on.

A table macro ``<name>_as_of`` is planned anew, with all that it reads, in each statement that asks it; a paper has dozens. Belongs
here: those tables. Does not: what was known then (warehouse.as_of, as_of_views), one question (the macros themselves).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from warehouse.as_of_views import SUFFIX
from warehouse.sql_text import bare, given, names_used, renamed
from warehouse.views import as_of_names, sql_objects

if TYPE_CHECKING:
    from collections.abc import Collection

    import duckdb

#: in the text of such a macro: another one that is asked of the same time and of nothing else
_THEN = re.compile(rf"\b(?P<name>[a-z]+\.[a-z_0-9]+){SUFFIX}\(known\)")


class Past:
    """What was ``known`` at a release, a moment or a day (as SQL). Its tables last as long as ``con``, which may only read."""

    def __init__(self, con: duckdb.DuckDBPyConnection, known: str) -> None:
        self._con, self._known = con, known
        self._tables: dict[str, str] = {}

    def sql(self, sql: str, besides: Collection[str] = ()) -> str:
        """Return ``sql`` over what was known then, as defined now: the tables that are kept in generations, and what follows.

        ``besides`` are read as they are now.
        """
        names = {n: macro for n, macro in as_of_names().items() if n not in besides}
        asked = [n for n in names_used(bare(sql)) if n in names]
        calls = {n: names[n] for n in asked if self._is_called(n)}
        return renamed(given(bare(sql), calls, self._known), {n: self._table(n) for n in asked if n not in calls})

    @staticmethod
    def _is_called(name: str) -> bool:
        """Tell whether ``name`` is a macro, which is given something besides."""
        return name in sql_objects() and sql_objects()[name].kind == "macro"

    def _table(self, name: str) -> str:
        """Return the temporary table that shows ``name`` as it was, made with those that it reads when it is first asked for."""
        if name not in self._tables:
            _, _, body = sql_objects()[as_of_names()[name]].sql.partition(" AS TABLE\n")
            body = _THEN.sub(lambda found: self._read(found["name"], found[0]), bare(body))
            table = re.sub(r"\W+", "_", f"known_{self._known}_{name}")
            self._con.execute(f"CREATE OR REPLACE TEMP MACRO {table}(known) AS TABLE {body}")
            self._con.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS FROM {table}({self._known})")
            self._tables[name] = table
        return self._tables[name]

    def _read(self, name: str, call: str) -> str:
        return call if self._is_called(name) else self._table(name)
