"""Rows into tables: a frame inserted, a table's content replaced, a submission's rows replaced by a new generation.

What a later batch replaces is never lost: it moves to schema ``history`` with the batch that replaced it, and only what
differs moves. Does not belong here: which rows are right, or when they are written.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from warehouse.relation import KNOWN_FROM, Relation, polars_schema, quote

if TYPE_CHECKING:
    import duckdb
    import polars as pl

Rows = list[tuple[Any, ...]]

_FRAME = "incoming_rows"


@contextmanager
def _registered(con: duckdb.DuckDBPyConnection, frame: pl.DataFrame) -> Iterator[str]:
    """Let ``con`` read the frame under the name yielded."""
    con.register(_FRAME, frame.to_arrow())
    try:
        yield _FRAME
    finally:
        con.unregister(_FRAME)


@contextmanager
def temporary(con: duckdb.DuckDBPyConnection, **frames: pl.DataFrame) -> Iterator[None]:
    """Have each frame as a temporary table of its name while the body runs; after an error the caller rolls back anyway."""
    for name, frame in frames.items():
        with _registered(con, frame) as rows:
            con.execute(f"CREATE TEMP TABLE {quote(name)} AS FROM {rows}")
    yield
    for name in frames:
        con.execute(f"DROP TABLE {quote(name)}")


def insert_frame(
    con: duckdb.DuckDBPyConnection, relation: Relation, frame: pl.DataFrame, select: str = "SELECT * FROM {rows}"
) -> None:
    """Append ``frame``, whose columns are those of ``relation`` in any order. Raises ValueError when they are not.

    ``select`` may take some of them from elsewhere; ``{rows}`` is the frame.
    """
    differing = set(relation.names()) ^ set(frame.columns)
    if differing:
        raise ValueError(f"{relation.qualified}: the frame and the declaration differ in {sorted(differing)}")
    if frame.is_empty():
        return
    with _registered(con, frame) as rows:
        con.execute(f"INSERT INTO {relation.qualified} BY NAME {select.format(rows=rows)}")


def frame_of(relation: Relation, rows: Rows) -> pl.DataFrame:
    """Return tuples in the order of the columns, without known_from, as a frame."""
    import polars as pl

    schema = {n: t for n, t in polars_schema(relation).items() if n != KNOWN_FROM}
    return pl.DataFrame(rows, schema=schema, orient="row")


def replace_rows(con: duckdb.DuckDBPyConnection, relation: Relation, rows: Rows, batch_no: int | None = None) -> None:
    """Make ``rows`` (tuples in the order of the columns, without known_from) the whole content of ``relation``.

    ``batch_no`` is needed where the relation is kept in generations.
    """
    import polars as pl

    frame = frame_of(relation, rows)
    present = con.sql(f"SELECT {', '.join(map(quote, frame.columns))} FROM {relation.qualified}").pl()
    if present.sort(pl.all()).equals(frame.sort(pl.all())):  # most batches change no declaration: nothing to write
        return
    if relation.in_generations:
        replace_generation(con, relation, frame, "true", batch_no or 0)
        return
    con.execute(f"DELETE FROM {relation.qualified}")
    insert_frame(con, relation, frame)


def append_generation(con: duckdb.DuckDBPyConnection, relation: Relation, frame: pl.DataFrame, batch_no: int) -> None:
    """Append the rows of submissions that had none, brought by batch ``batch_no``."""
    if frame.is_empty():
        return
    with _registered(con, frame) as rows:
        con.execute(f"INSERT INTO {relation.qualified} BY NAME SELECT *, {int(batch_no)} AS {KNOWN_FROM} FROM {rows}")


def replace_generation(
    con: duckdb.DuckDBPyConnection,
    relation: Relation,
    frame: pl.DataFrame,
    where: str,
    batch_no: int,
    apart_from: Sequence[str] = (),
) -> None:
    """Make ``frame`` the rows of ``relation`` that satisfy ``where`` (SQL over its columns), as of batch ``batch_no``.

    A row that is there alike, ``apart_from`` some columns, stays with the batch that brought it; one that is not in
    ``frame`` moves to ``history``.
    """
    compared = [n for n in frame.columns if n not in apart_from]
    same = " AND ".join(f"n.{quote(c)} IS NOT DISTINCT FROM r.{quote(c)}" for c in compared)
    table, history = relation.qualified, f"history.{relation.name}"
    if frame.is_empty() and not con.execute(f"FROM {table} WHERE {where} LIMIT 1").fetchall():
        return
    with _registered(con, frame) as rows:
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE replaced_rows AS SELECT r.rowid AS place, r.* FROM {table} r "
            f"WHERE ({where}) AND NOT EXISTS (FROM {rows} n WHERE {same})"
        )
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE new_rows AS SELECT n.* FROM {rows} n "
            f"WHERE NOT EXISTS (FROM {table} r WHERE ({where}) AND {same})"
        )
    con.execute(
        f"INSERT INTO {history} BY NAME SELECT * EXCLUDE (place), {int(batch_no)} AS known_to FROM replaced_rows"
    )
    con.execute(f"DELETE FROM {table} WHERE rowid IN (SELECT place FROM replaced_rows)")
    con.execute(f"INSERT INTO {table} BY NAME SELECT *, {int(batch_no)} AS {KNOWN_FROM} FROM new_rows")
    con.execute("DROP TABLE replaced_rows")
    con.execute("DROP TABLE new_rows")
