"""The dictionary as a page that can be searched: one file, no network; drawn of the published tables when the declarations changed.

Belongs here: reading the dictionary's tables and drawing them (``pages/dictionary.html``). Does not: their rows
(warehouse.dictionary), when it is published (warehouse.release).
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from warehouse.files import write_file

if TYPE_CHECKING:
    import duckdb
    from jinja2 import Template

    from warehouse.home import Home

Row = dict[str, Any]

_PAGES = Path(__file__).parent / "pages"
_KINDS = {"table": "Bảng", "view": "Khung nhìn (view)", "macro": "Hàm (macro)", "codes": "Danh mục mã"}
_OBJECTS = """
FROM meta.dictionary_object ORDER BY reading_order, list_position(['table', 'view', 'macro'], object_kind), object_name
"""
_COLUMNS = """
SELECT d.*, m.code_label AS measure_label, s.code_label AS sensitivity_label FROM meta.dictionary d
LEFT JOIN core.dim_code m ON m.code_list = 'measure' AND m.code = d.measure
LEFT JOIN core.dim_code s ON s.code_list = 'sensitivity' AND s.code = d.sensitivity
ORDER BY d.schema_name, d.table_name, d.position
"""
_CODES = "SELECT * FROM core.dim_code ORDER BY code_list, position"


def publish_page(con: duckdb.DuckDBPyConnection, home: Home) -> None:
    """Write the page of the published warehouse that ``con`` reads, unless it is there as these declarations drew it."""
    ((fingerprint,),) = con.execute("SELECT fingerprint FROM meta.bootstrap").fetchall()
    page = home.dictionary_page
    if not page.is_file() or f'content="{fingerprint}"'.encode() not in page.read_bytes():
        write_file(page, _page(con, fingerprint).encode())


def _page(con: duckdb.DuckDBPyConnection, fingerprint: str) -> str:
    lists = _by(_rows(con, _CODES), "code_list")
    hazards = {c["code"]: c for c in lists["hazard"]}
    columns: dict[tuple[str, str], list[Row]] = {}
    for row in _rows(con, _COLUMNS):
        columns.setdefault((row["schema_name"], row["table_name"]), []).append(row)
    objects = [
        {
            **row,
            "hazards": [hazards[code] for code in (row["hazards"] or "").split(", ") if code],
            "columns": columns.get((row["schema_name"], row["object_name"]), []),
        }
        for row in _rows(con, _OBJECTS)
    ]
    return _template().render(fingerprint=fingerprint, kinds=_KINDS, schemas=_by(objects, "schema_name"), lists=lists)


def _rows(con: duckdb.DuckDBPyConnection, sql: str) -> list[Row]:
    return con.sql(sql).pl().to_dicts()


def _by(rows: list[Row], name: str) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row[name], []).append(row)
    return found


@cache
def _template() -> Template:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    loader = FileSystemLoader(_PAGES)
    return Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    ).get_template("dictionary.html")
