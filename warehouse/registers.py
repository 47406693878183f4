"""The register in force: its rows as a form prints them, and where the next one stands among those that are known.

Belongs here: SQL over the register's tables as a whole. Does not: the rules of the register form (expectations), which report
a changed register judges anew (warehouse.register_changes).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from warehouse import query
from warehouse.declaration import register_tables
from warehouse.forms import register_form
from warehouse.relation import literal, quote
from warehouse.types import COLUMN_TYPES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    import duckdb

    from warehouse.declaration import Table

#: the finding that tells that an operator confirmed a register: it may leave out what was in the one before
CONFIRMED = "S-REGISTER-CONFIRMED"
#: what orders registers: the last day of the period, the number of the sending, the date; None where a cover lacks one
Place = tuple["date", int, "date"]


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


def known_places(con: duckdb.DuckDBPyConnection) -> dict[str, Place]:
    """Return the place of each register that the published ledger knows, whatever its verdict, by submission."""
    found = con.execute(
        "SELECT submission_id, period_end, revision, report_date FROM judged.before WHERE form_code = ? "
        "AND period_end IS NOT NULL AND revision IS NOT NULL AND report_date IS NOT NULL",
        [register_form()],
    )
    return {submission_id: (end, revision, day) for submission_id, end, revision, day in found.fetchall()}


def note_lost(con: duckdb.DuckDBPyConnection) -> None:
    """Fill ``staging.lost_row``: what the staged registers leave out of the one that ``core`` shows, the one before them."""
    if not con.execute("FROM staging.submission WHERE form_code = ? LIMIT 1", [register_form()]).fetchall():
        return
    found = " UNION ALL ".join(_lost(table) for table in register_tables().values())
    con.execute(
        "INSERT INTO staging.lost_row BY NAME SELECT * EXCLUDE (table_order) REPLACE (row_number() OVER "
        f"(PARTITION BY submission_id ORDER BY table_order, row_no) AS row_no) FROM ({found})"
    )


def _lost(table: Table) -> str:
    """The rows of one table that are not found again; a table whose sheet was not read has findings of its own.

    As many as lack a value by which they would be known are passed over: that finding is there already.
    """
    shown = [c for c in table.columns if c.type != "code"]
    told = ", ".join(
        f"{literal(c.label + ': ')} || {COLUMN_TYPES[c.type].shown.format('b.' + quote(c.name))}" for c in shown
    )
    unknown = " OR ".join(f"n.{quote(k)} IS NULL" for k in table.kept)
    return _LOST.format(
        name=table.name,
        core=table.core,
        order=table.order,
        column=table.kept[0],
        told=told,
        again=_again(table),
        unknown=unknown,
        register=literal(register_form()),
        confirmed=literal(CONFIRMED),
    )


def _again(table: Table) -> str:
    """When a row ``b`` of the register before is found again in one ``r``.

    A stretch where one of the same overlaps it, or where all of the same now end before it, on a day that the register before
    did not have: then somebody wrote an end, and did not only leave the last stretch out. Any other row by its key, or where
    no fewer of the same are there.
    """
    same = _same(table.kept, "n", "b")
    of_file = f"FROM staging.{table.name} n WHERE n.submission_id = r.submission_id AND {same}"
    before = f"FROM core.{table.core} o WHERE {_same(table.kept, 'o', 'b')}"
    if "valid_from" in table.key:
        end = "coalesce({0}.valid_to, DATE '9999-12-31')"
        meets = f"{end.format('n')} >= b.valid_from AND n.valid_from <= {end.format('b')}"
        last = f"(SELECT max({end.format('n')}) {of_file})"
        is_new = f"{last} NOT IN (SELECT {end.format('o')} {before})"
        return f"EXISTS ({of_file} AND ({meets} OR n.valid_to < n.valid_from)) OR ({last} < b.valid_from AND {is_new})"
    return f"EXISTS ({of_file} AND {_same(table.key, 'n', 'b')}) OR (SELECT count(*) {of_file}) >= (SELECT count(*) {before})"


def _same(columns: Sequence[str], a: str, b: str) -> str:
    return " AND ".join(f"{a}.{quote(c)} IS NOT DISTINCT FROM {b}.{quote(c)}" for c in columns)


_LOST = """
SELECT r.submission_id, b.row_no, '{name}' AS table_name, '{column}' AS column_name,
       r.last_row + row_number() OVER (PARTITION BY r.submission_id ORDER BY b.row_no) AS source_row,
       concat_ws('; ', {told}) AS lost, {order} AS table_order
FROM core.{core} b, (
    SELECT submission_id, (SELECT max(n.source_row) FROM staging.{name} n WHERE n.submission_id = s.submission_id) AS last_row
    FROM staging.submission s SEMI JOIN (FROM staging.row_count WHERE table_name = '{name}') USING (submission_id)
    WHERE s.form_code = {register}
        AND s.submission_id NOT IN (SELECT submission_id FROM staging.cell_issue WHERE code = {confirmed})
) r
WHERE NOT coalesce({again}, false)
QUALIFY count(*) OVER (PARTITION BY r.submission_id)
    > (SELECT count(*) FROM staging.{name} n WHERE n.submission_id = r.submission_id AND ({unknown}))
"""
