"""Which columns are sensitive: what counts persons, or rows of which some are about one person, wherever it is published.

Declared are the forms' columns (by measure ``persons``, else ``sensitive``) and the codes that mean a person (property
``is_person``); marts follow from what they are made of. Does not belong here: leaving such figures out of what leaves the bloc.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from warehouse.codes import code_lists
from warehouse.declaration import report_tables
from warehouse.figure import rows_of
from warehouse.provenance import sources_of

if TYPE_CHECKING:
    from warehouse.declaration import Column, Table
    from warehouse.relation import Relation

#: codes of the list sensitivity
Sensitivity = Literal["persons", "person_rows"]


def sensitivity(relation: Relation, column: Column) -> Sensitivity | None:
    """Return why a figure of a published table is sensitive, the stronger reason of its sources; None for what is not."""
    origins = sources_of(relation, column) if relation.schema == "mart" else [f"{relation.qualified}.{column.name}"]
    found = {of for name in origins if (of := _of_fact(name))}
    if (
        column.unit
        and column.figure
        and not column.figure.of
        and _names_persons(report_tables()[rows_of(relation, column)])
    ):
        found.add("person_rows")  # of a count of rows there is no column behind it
    return "persons" if "persons" in found else "person_rows" if found else None


def _of_fact(qualified: str) -> Sensitivity | None:
    schema, fact, name = qualified.split(".")
    table = next((t for t in report_tables().values() if schema in ("core", "history") and t.core == fact), None)
    column = next((c for c in table.columns if c.name == name), None) if table else None
    if table is None or column is None:
        return None
    if column.is_sensitive:
        return "persons"
    return "person_rows" if _names_persons(table) and (column.measure or _is_of_person(column)) else None


def _names_persons(table: Table) -> bool:
    return any(map(_is_of_person, table.columns))


def _is_of_person(column: Column) -> bool:
    return bool(column.codes) and any(c.properties.get("is_person") for c in code_lists()[str(column.codes)])
