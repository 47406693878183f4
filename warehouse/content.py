"""Content hashes: equal content gives an equal hash, whatever the order of rows, arrival or threads.

Does not belong here: what is done with them (release diff, rebuild).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from warehouse.catalog import open_build, open_published, writer_lock
from warehouse.relation import KNOWN_FROM, Relation, quote, relations
from warehouse.types import COLUMN_TYPES

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    import duckdb
    import pyarrow as pa

    from warehouse.home import Home

YearHash = tuple[str, str, int | None, int, str]

#: tables whose content must not depend on the order of arrival; the ledger (intake) is about arrival, so not among them
HASHED_SCHEMAS = ("core", "mart")
#: what stands for NULL, and between two columns: written out, since a call of chr() would be planned once a column
_NULL, _NEXT = "E'\\x01'", "E'\\x1F'"


def hashed_relations() -> list[Relation]:
    """Return the tables that are hashed, by name."""
    return sorted((r for r in relations().values() if r.schema in HASHED_SCHEMAS), key=lambda r: r.qualified)


def content_hashes(
    con: duckdb.DuckDBPyConnection, years: Sequence[int] | None = None, left: Collection[str] = ()
) -> list[YearHash]:
    """Return (schema, table, year, rows, hash) of every hashed table by year; year is None where a table has none.

    With ``years``, what a batch of those years may have changed: tables by year for these only, and neither what ``is_fixed`` nor
    those that are ``left``, by qualified name.
    The hash is the sum of the rows' MD5 (low 64 bits), so it does not depend on order; NULL differs from ''.
    """
    asked = (r for r in hashed_relations() if years is None or not (is_fixed(r) or r.qualified in left))
    return [h for relation in asked for h in _of_table(con, relation, years)]


def is_fixed(relation: Relation) -> bool:
    """Tell whether only a register or another version of the declarations changes the table; either touches all years."""
    return relation.schema == "core" and "year" not in relation.names()


def by_year(relation: Relation) -> bool:
    """Tell whether a batch changes only its own years of the table."""
    if relation.schema == "mart":
        return relation.by_year
    return "year" in relation.names() and relation.name != "dim_period"


def frame_hashes(con: duckdb.DuckDBPyConnection, relation: Relation, table: pa.Table) -> list[YearHash]:
    """Return the content hashes of rows that were carried elsewhere, as Arrow: equal to those of the table they came from.

    ``con`` works them out; nothing stays in it.
    """
    con.register("carried_rows", table)
    try:
        return _of_table(con, relation, None, "carried_rows")
    finally:
        con.unregister("carried_rows")


def _of_table(
    con: duckdb.DuckDBPyConnection, relation: Relation, years: Sequence[int] | None, source: str = ""
) -> list[YearHash]:
    # when a row came to be known depends on the order of arrival, so it is no content
    content = [c for c in relation.columns if c.name != KNOWN_FROM]
    texts = [COLUMN_TYPES[c.type].hashed.format(quote(c.name)) for c in content]
    parts = ", ".join(f"coalesce({text}, {_NULL})" for text in texts)
    year = "year" if "year" in relation.names() else "NULL::BIGINT"
    listed = None if years is None or not by_year(relation) else ", ".join(str(int(y)) for y in years) or "NULL"
    where = f"WHERE year IN ({listed})" if listed else ""
    rows = con.execute(
        f"SELECT {year} AS year, count(*), sum(md5_number_lower(concat_ws({_NEXT}, {parts}))::HUGEINT) "
        f"FROM {source or relation.qualified} {where} GROUP BY 1 ORDER BY 1"
    ).fetchall()
    return [(relation.schema, relation.name, y, n, f"{int(total):032x}") for y, n, total in rows]


def differences_from_build(home: Home) -> tuple[int, list[str]]:
    """Compare the published file with the build file: (tables and years compared, those whose rows or hash differ).

    Waits for the writer's lock. Raises FileNotFoundError when nothing is published.
    """
    with writer_lock(home):
        with open_build(home) as build:
            expected = content_hashes(build)
        with open_published(home) as published:
            found = content_hashes(published)
    return len(expected), differing(expected, found)


def differing(expected: Sequence[YearHash], found: Sequence[YearHash]) -> list[str]:
    """Return the tables, with year, whose rows or hash differ between two sets of content hashes."""
    a, b = ({(s, t, y): (n, h) for s, t, y, n, h in hashes} for hashes in (expected, found))
    return [
        f"{s}.{t}" + (f" {y}" if y is not None else "")
        for s, t, y in sorted(a.keys() | b.keys(), key=str)
        if a.get((s, t, y)) != b.get((s, t, y))
    ]
