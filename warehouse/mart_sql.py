"""The SELECT of each mart: made of its figures, and of what these alone do not say, which stands in ``warehouse/marts``.

Does not belong here: the SQL of one figure (warehouse.figure), the order of the marts and building them (warehouse.marts).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from warehouse.exact import rows_view
from warehouse.figure import aggregate, figures_of
from warehouse.measure import MARTS
from warehouse.relation import Relation, relations
from warehouse.source import ROOT, per_root
from warehouse.sql_files import sql_files

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from warehouse.declaration import Column


@per_root
def mart_texts(root: Path) -> dict[str, str]:
    """Return the SELECT of every mart by qualified name, in the order of their declaration. Raises DeclarationError."""
    declared = {r.qualified: r for r in relations(root).values() if r.schema == "mart"}
    written = sql_files(root)[MARTS]
    return {name: mart_sql(relation, written.get(name), root) for name, relation in declared.items()}


def mart_sql(relation: Relation, written: str | None, root: Path = ROOT) -> str:
    """Return the SELECT of a mart: for each table of rows ``of_<rows>`` with its figures by key, then what is ``written``.

    Where nothing is written the one ``of_<rows>`` is the mart.
    """
    figures = figures_of(relation)
    if not figures:
        return str(written)
    made = [_of_rows(relation, rows, columns, root) for rows, columns in figures.items()]
    return (
        f"WITH {', '.join(made)}\nSELECT * FROM ({written})" if written else f"WITH {made[0]}\nFROM of_{relation.rows}"
    )


def _of_rows(relation: Relation, rows: str, columns: Sequence[Column], root: Path) -> str:
    key = ", ".join(relation.key)
    shown = "".join(f",\n       {aggregate(c.figure)} AS {c.name}" for c in columns if c.figure)
    return f"of_{rows} AS (\nSELECT {key}{shown}\nFROM {rows_view(rows, root)} WHERE is_counted\nGROUP BY {key}\n)"
