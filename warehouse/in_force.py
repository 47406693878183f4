"""The register in force, as staging shows it: as rows, made anew when another one may be in force.

Each batch asks for the register, and for the views that follow from it alone, some twenty times: planning such a view costs more
than its rows do. Does not belong here: which register that is (warehouse.staging).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from warehouse.bootstrap import mirrors
from warehouse.declaration import register_tables
from warehouse.relation import relations
from warehouse.source import per_root
from warehouse.sql_text import reached
from warehouse.views import sql_objects

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

#: the schema of the views; ``core`` has their rows
SCHEMA = "in_force"


@per_root
def followers(root: Path) -> frozenset[str]:
    """Return the views that follow from the register, and else from the declarations alone."""
    texts = {name: o.sql for name, o in sql_objects(root).items()}
    register = {f"core.{t.core}" for t in register_tables(root).values()}
    views = [name for name, o in sql_objects(root).items() if o.kind == "view"]
    read = {name: reached([name], texts) & relations(root).keys() for name in views}
    return frozenset(n for n, tables in read.items() if tables & register and tables <= register | mirrors().keys())


def show(con: duckdb.DuckDBPyConnection, name: str, sql: str, at_first: str = "") -> None:
    """Show the rows of ``sql`` as the table ``name`` of core.

    ``at_first``: SQL of the same rows as long as nothing was judged, which takes less planning.
    """
    view = name.replace("core.", f"{SCHEMA}.")
    con.execute(f"CREATE VIEW {view} AS {sql}")
    con.execute(f"CREATE TABLE {name} AS {at_first or f'FROM {view}'}")


def show_again(con: duckdb.DuckDBPyConnection) -> None:
    """Show the register that is in force now, and what follows from it."""
    views = con.execute("SELECT view_name FROM duckdb_views() WHERE schema_name = ? ORDER BY view_oid", [SCHEMA])
    for (name,) in views.fetchall():
        con.execute(f"CREATE OR REPLACE TABLE core.{name} AS FROM {SCHEMA}.{name}")
