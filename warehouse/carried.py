"""What lives on from a unit's last report into its next one: the rows that are not ended, under the codes that they have.

Which rows those are say ``queries/carried_<table>.sql``, of which report ``core.report_before``: the unit's own, and those of the
units that it succeeds. Does not belong here: how a template shows them (assets.template).
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from warehouse import query
from warehouse.cells.kinds.code import valid_codes
from warehouse.codes import code_lists
from warehouse.declaration import Column, form_tables

if TYPE_CHECKING:
    import duckdb

    from warehouse.forms import FormVersion
    from warehouse.periods import Period

    Row = dict[str, Any]

#: the tables with rows that live on, and the column by which a row of each is known again
CARRIED = {"model": "model_code", "inspection": "inspection_code", "inspection_finding": "inspection_code"}
_QUERIES = {
    "model": "carried_model",
    "inspection": "carried_inspection",
    "inspection_finding": "carried_inspection_finding",
}


def carried(con: duckdb.DuckDBPyConnection, form: FormVersion, period: Period) -> dict[str, dict[str, list[Row]]]:
    """Return the rows that the next report begins with, by unit code and table: column -> value.

    Two units that became one may have used one code: there the code of the unit that ended stands behind its own
    (``DV018-M01``), blank where that is too long; ``model_code_before`` says whose it was (``DV018/M01``). A code of a list
    that has ended in ``period`` is left blank.
    """
    asked = {"form_code": form.form_code, "period_id": period.period_id, "last_day": period.period_end}
    counted = {**asked, "first_day": period.period_start, "is_cumulative": period.cumulative}
    out: dict[str, dict[str, list[Row]]] = defaultdict(dict)
    owners: dict[tuple[str, str, str], str] = {}
    for table in (t for t in form.tables() if t in CARRIED):
        columns = {c.name: c for c in form_tables()[table].columns}
        for row in query.rows(con, _QUERIES[table], **(asked if table == "model" else counted)):
            unit, key = row.pop("unit_code"), columns[CARRIED[table]]
            if row["is_predecessor"]:
                row["model_code_before"] = f"{row['reported_as']}/{row[key.name]}"
            row[key.name] = _own_code(owners, unit, key, row)
            kept = {n: _valid(columns[n], v, row, period) for n, v in row.items() if n in columns}
            out[unit].setdefault(table, []).append(kept)
    return dict(out)


def _own_code(owners: dict[tuple[str, str, str], str], unit: str, key: Column, row: Row) -> str | None:
    """The code under which a row goes on; ``owners`` says who of those that ``unit`` carries on had a code first."""
    code, reporter = row[key.name], row["reported_as"]
    if owners.setdefault((unit, key.name, code), reporter) == reporter:
        return str(code)
    other = f"{reporter}-{code}"
    return other if len(other) <= (key.max_length or len(other)) else None


def _valid(column: Column, value: Any, row: Row, period: Period) -> Any:
    if column.codes is None:
        return value
    day = row.get(column.valid_on) if column.valid_on else None
    codes = [c for c in code_lists()[column.codes] if c.valid_on(day)] if day else valid_codes(column.codes, period)
    return value if value in {c.code for c in codes} else None
