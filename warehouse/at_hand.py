"""Rows at hand: what many marts read through one view, worked out once for the years that are rebuilt.

A view that each mart reads for itself is planned and joined again with each: of a small batch that was most of the marts' time.
Belongs here: which views these are, and their rows in temporary tables. Does not: the marts (warehouse.marts).
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from warehouse.declaration import report_tables
from warehouse.exact import rows_view
from warehouse.sql_text import names_used, renamed

if TYPE_CHECKING:
    from collections.abc import Iterable

    import duckdb

#: what fewer marts read costs more in a table than it saves
READERS = 3


def read_often(texts: Iterable[str]) -> set[str]:
    """Return the views of a fact's rows that many of ``texts`` read."""
    readers = Counter(name for sql in texts for name in names_used(sql))
    return {view for view in map(rows_view, report_tables()) if readers[view] >= READERS}


class RowsAtHand:
    """The rows of ``views`` that ``where`` (a condition on their year) takes.

    Each is asked when it is first needed: after the marts that the view itself reads.
    """

    def __init__(self, con: duckdb.DuckDBPyConnection, views: set[str], where: str) -> None:
        """Nothing is asked yet."""
        self._con, self._views, self._where = con, views, where
        self._tables: dict[str, str] = {}

    def put_into(self, sql: str) -> str:
        """Return ``sql`` with the tables at hand in place of the views."""
        for view in sorted(self._views.intersection(names_used(sql)) - self._tables.keys()):
            name = view.split(".")[1]  # the SQL may know the view by it
            self._con.execute(f"CREATE TEMP TABLE {name} AS FROM {view}{self._where}")
            self._tables[view] = f"temp.{name}"
        return renamed(sql, self._tables)

    def drop(self) -> None:
        """Forget the rows."""
        for table in self._tables.values():
            self._con.execute(f"DROP TABLE {table}")
