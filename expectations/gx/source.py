"""A DuckDB data source and execution engine for Great Expectations 1.24, on the caller's live connection.

GX 1.24 has no DuckDB engine: its SQLAlchemy engine hands back cursors after their connection went to the pool, where a
rollback drops the result. Here there is one connection, never returned, and SQLAlchemy begins and ends no transaction on
it, so that GX runs inside the caller's own one. A statement of GX that fails aborts that transaction, as any would.
Does not belong here: expectations or running them.
"""

from __future__ import annotations

import builtins
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

import duckdb_sqlalchemy
import sqlalchemy as sa
from great_expectations.datasource.fluent.sql_datasource import SQLDatasource
from great_expectations.execution_engine.sqlalchemy_execution_engine import SqlAlchemyExecutionEngine
from sqlalchemy.pool import StaticPool

from warehouse.relation import quote

if TYPE_CHECKING:
    import duckdb

_LIVE_PREFIX = "duckdb:///:live:"
#: GX copies a data source's configuration, so an open connection stands in it by name
_live: dict[str, duckdb.DuckDBPyConnection] = {}


class DuckDBExecutionEngine(SqlAlchemyExecutionEngine):  # type: ignore[misc]
    """GX's SQL engine with one connection that is kept; a lock, since threads must not share a cursor.

    It describes a table by one statement: SQLAlchemy's inspector reads the catalogue of every attached database four times.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._one_at_a_time = threading.RLock()
        super().__init__(*args, **kwargs)

    @contextmanager
    def get_connection(self) -> Iterator[sa.Connection]:
        """Yield the one connection."""
        with self._one_at_a_time:
            kept: sa.Connection | None = getattr(self, "_connection", None)
            if kept is None or kept.closed:
                self._connection = kept = self.engine.connect()
            yield kept

    def get_inspector(self) -> _Described:
        """Return what tells GX the columns of a table."""
        return _Described(self)


class _Described:
    """The part of SQLAlchemy's inspector that GX asks: the columns of a table or view. No key is declared in the engine."""

    def __init__(self, engine: DuckDBExecutionEngine) -> None:
        self._engine = engine
        self.dialect = engine.dialect

    def get_pk_constraint(self, **_: Any) -> dict[str, Any]:
        """Return none."""
        return {}

    def get_columns(self, table_name: str, schema: str | None = None) -> list[dict[str, Any]]:
        """Return names and types, the latter as the database writes them."""
        name = ".".join(quote(part) for part in (schema, table_name) if part)
        with self._engine.get_connection() as con:
            rows = con.execute(sa.text(f"DESCRIBE {name}")).fetchall()
        return [{"name": row[0], "type": row[1]} for row in rows]


class DuckDBDatasource(SQLDatasource):  # type: ignore[misc]
    """The data source type ``duckdb``: ``context.data_sources.add_duckdb(name=..., connection_string=live(...))``."""

    type: Literal["duckdb"] = "duckdb"
    connection_string: str
    create_temp_table: bool = False

    @property
    def execution_engine_type(self) -> builtins.type[DuckDBExecutionEngine]:
        """The engine class GX makes for this source."""
        return DuckDBExecutionEngine

    def _create_engine(self) -> sa.Engine:
        name = str(self.connection_string).removeprefix(_LIVE_PREFIX)
        return engine_on(_live[name])

    def reconnect(self) -> None:
        """Let go of the engines made before, so that the next one stands on the connection registered now."""
        self._engine = None
        self._execution_engine: DuckDBExecutionEngine | None = None

    def get_execution_engine(self) -> DuckDBExecutionEngine:
        """Return the one engine of this source."""
        kept: DuckDBExecutionEngine | None = getattr(self, "_execution_engine", None)
        if kept is None:
            kept = DuckDBExecutionEngine(engine=self.get_engine(), create_temp_table=self.create_temp_table)
            self._execution_engine = kept
        return kept


def live(name: str, con: duckdb.DuckDBPyConnection) -> str:
    """Return the connection string that stands for the open connection ``con``: same transaction, TEMP tables seen."""
    _live[name] = con
    return _LIVE_PREFIX + name


def forget(name: str) -> None:
    """Let go of a connection registered by ``live``."""
    _live.pop(name, None)


class _KeptConnection(duckdb_sqlalchemy.ConnectionWrapper):  # type: ignore[misc]
    """The caller's connection as SQLAlchemy sees it: closing it is the caller's business."""

    def close(self) -> None:
        """Do nothing."""


def engine_on(con: duckdb.DuckDBPyConnection) -> sa.Engine:
    """Return a SQLAlchemy engine on ``con`` that begins, commits and rolls back nothing."""
    engine = sa.create_engine("duckdb:///:memory:", creator=lambda: _KeptConnection(con), poolclass=StaticPool)
    for name in ("do_begin", "do_rollback", "do_commit"):
        setattr(engine.dialect, name, lambda _connection: None)
    return engine
