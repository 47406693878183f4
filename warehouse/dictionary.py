"""The dictionary: every table, view and macro with what it holds, its key and what must not be done with it; every column.

Belongs here: its rows, from the declarations and from what the comments of views and macros say. Does not: making these
(warehouse.views), publishing it as a file (warehouse.release).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from warehouse.declaration import report_tables
from warehouse.families import family_views
from warehouse.on_units import on_units_macros
from warehouse.relation import Relation, relations
from warehouse.rows import replace_rows
from warehouse.sensitive import sensitivity
from warehouse.source import ROOT
from warehouse.types import COLUMN_TYPES
from warehouse.views import SqlObject, as_of_names, head_comment, sql_objects

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import duckdb

    from warehouse.rows import Rows

#: schemas in the order in which a newcomer reads them
_ORDER = ("mart", "core", "intake", "meta", "history")
_COMMENT = re.compile(
    r"(?P<label>.*?) - (?P<description>.*?)(?: \[(?P<unit>[^\]]*)\])?(?: \(codes: (?P<codes>\w+)\))?", re.DOTALL
)


def write_dictionary(con: duckdb.DuckDBPyConnection, views: Mapping[str, Sequence[tuple[str, str, str]]]) -> None:
    """Write ``meta.dictionary`` and ``meta.dictionary_object``; ``con`` has every table, view and macro.

    ``views``: name, type and comment of the columns of each view.
    """
    replace_rows(con, relations()["meta.dictionary"], [*_of_tables(), *_of_views(views)])
    replace_rows(con, relations()["meta.dictionary_object"], _objects(con))


def _published() -> list[Relation]:
    return [r for r in relations().values() if r.schema != "staging"]


def _of_tables() -> Rows:
    return [
        (
            r.schema,
            r.name,
            i,
            c.name,
            COLUMN_TYPES[c.type].duckdb,
            c.unit,
            c.label,
            c.description,
            c.codes,
            c.measure,
            sensitivity(r, c),
        )
        for r in _published()
        for i, c in enumerate(r.columns, start=1)
    ]


def _of_views(views: Mapping[str, Sequence[tuple[str, str, str]]]) -> Rows:
    rows: Rows = []
    for view, columns in sorted(views.items()):
        for position, (name, data_type, comment) in enumerate(columns, start=1):
            said = _COMMENT.fullmatch(comment)
            parts = said.groupdict() if said else {"label": name, "description": comment, "unit": None, "codes": None}
            head = (*view.split("."), position, name, data_type)
            rows.append((*head, parts["unit"], parts["label"], parts["description"], parts["codes"], None, None))
    return rows


def _objects(con: duckdb.DuckDBPyConnection) -> Rows:
    parameters = dict(
        con.execute(
            "SELECT schema_name || '.' || function_name, array_to_string(parameters, ', ') FROM duckdb_functions() "
            "WHERE NOT internal AND function_type IN ('macro', 'table_macro') AND database_name = current_database()"
        ).fetchall()
    )
    tables = [
        (
            r.schema,
            r.name,
            "table",
            _order(r.schema),
            None,
            r.label,
            r.description,
            r.grain,
            ", ".join(r.key),
            _hazards(r),
        )
        for r in _published()
    ]
    hazards = _hazards_of_written()
    return [*tables, *(_written(o, parameters.get(o.name), hazards.get(o.name)) for o in sql_objects().values())]


def _hazards_of_written() -> dict[str, str]:
    """Those of views and macros by name; what was known then has those of its mart."""
    marts = {r.qualified: found for r in relations().values() if r.schema == "mart" and (found := _hazards(r))}
    return (
        {f"core.{t.core}_exact": "cumulative, levels" for t in report_tables().values()}
        | dict.fromkeys(family_views(ROOT), "levels")
        | dict.fromkeys(on_units_macros(ROOT), "levels, estimated")
        | {name: marts[mart] for mart, name in as_of_names().items() if mart in marts}
    )


def _written(found: SqlObject, parameters: str | None, hazards: str | None) -> tuple[object, ...]:
    """The row of a view or macro. A macro's comment is in English; a view's first line has both languages."""
    schema, _, name = found.name.partition(".")
    text = head_comment(found)
    label, separator, description = text.partition(" - ")
    said = (label, description) if separator and found.kind == "view" else (name, text)
    return (schema, name, found.kind, _order(schema), parameters, *said, None, None, hazards)


def _order(schema: str) -> int:
    return _ORDER.index(schema) + 1


def _hazards(relation: Relation) -> str | None:
    """What must not be done with the table's figures, as codes of the list hazard."""
    figures = [c.figure for c in relation.columns if c.figure]
    measures = {c.measure for c in relation.columns}
    is_fact = relation.qualified in {f"core.{t.core}" for t in report_tables().values()}
    found = {
        "cumulative": is_fact,
        "levels": is_fact or "reporter_level" in relation.names(),
        "years": relation.schema == "mart"
        and bool(measures & {"level", "plan"} or any(f.last or f.distinct for f in figures)),
        "persons": "persons" in measures,
        "ratio": "rate" in measures,
        "distinct": any(f.distinct for f in figures),
    }
    return ", ".join(name for name, holds in found.items() if holds) or None
