"""Provenance of every figure, as SQL: the view ``meta.lineage``, made of the same declarations as the marts themselves.

Belongs here: its text and the text of a mart row's key. Does not: the marts' own SQL (warehouse.marts), asking for one figure
(warehouse.lineage), opening the files (assets.trace).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from warehouse.declaration import report_tables
from warehouse.exact import rows_view
from warehouse.figure import Part, figures_of, parts, rows_of
from warehouse.relation import Relation, literal, relations
from warehouse.source import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from warehouse.declaration import Column

LINEAGE = "meta.lineage"

_VIEW = """\
-- Nguồn gốc số liệu - Every row of a report behind every figure: sum(value * weight) of the counted ones of a key is the figure.
--   mart_name: Bảng - Mart, with schema
--   column_name: Cột - Figure
--   row_key: Khóa của dòng - Key of the mart's row, as column=value joined by commas; a blank one is left out
--   year: Năm - Year
--   unit_id: Đơn vị - Unit that reported
--   submission_id: Mã bản gửi - Report
--   source_table: Bảng nguồn - Fact, with schema
--   row_no: Thứ tự dòng - Row of the fact in the report
--   source_column: Cột nguồn - Column of the fact whose cell it is; blank where the row as a whole counts
--   part: Phần - sum, less (taken off), numerator or denominator (a rate is 100 times the ratio), count, distinct, blank, value
--   value: Giá trị - Number that the row brings; blank for texts and days
--   weight: Trọng số - What it is multiplied by: of a distinct unit each of its rows brings its share
--   uncounted: Lý do không tính - Why it does not count (codes: uncounted); blank where it does
{branches}
"""

_BRANCH = """\
SELECT {mart} AS mart_name, c.column_name, {key} AS row_key, r.year, r.unit_id, r.submission_id,
       {fact} AS source_table, r.row_no, c.source_column, c.part, c.value, c.weight, coalesce(r.uncounted, c.uncounted) AS uncounted
FROM (
    SELECT *, unnest([
        {cells}
    ]) AS c
    FROM {rows}
) r
WHERE c.is_asked"""


def lineage_view(root: Path = ROOT) -> dict[str, str]:
    """Return the SELECT of ``meta.lineage``, by its name."""
    found = [b for r in relations(root).values() if r.schema == "mart" for b in branches(r, root)]
    return {LINEAGE: _VIEW.format(branches="\nUNION ALL\n".join(found))}


def branches(mart: Relation, root: Path = ROOT) -> list[str]:
    """Return the mart's part of ``meta.lineage``: a SELECT for each table of rows that its figures are taken from."""
    return [b for rows, columns in figures_of(mart).items() if (b := _branch(mart, rows, columns, root))]


def key_text(relation: Relation, alias: str = "") -> str:
    """Return the SQL of a mart row's key as text: ``year=2021,unit_id=105``; what is blank is left out."""
    dot = f"{alias}." if alias else ""
    pairs = [f"'{k}=' || {dot}{k}" for k in relation.key]
    return f"concat_ws(',', {', '.join(pairs)})"


def _branch(mart: Relation, rows: str, columns: list[Column], root: Path) -> str | None:
    fact = relations(root)[f"core.{report_tables(root)[rows].core}"]
    cells = [_cell(c.name, part, fact) for c in columns if c.figure for part in parts(c.figure, mart.key)]
    cells = [c for c in cells if c]
    if not cells:
        return None
    return _BRANCH.format(
        mart=literal(mart.qualified),
        key=key_text(mart, "r"),
        fact=literal(fact.qualified),
        rows=rows_view(rows, root),
        cells=",\n        ".join(cells),
    )


def _cell(column: str, part: Part, fact: Relation) -> str:
    """One cell of a figure as a struct; '' where what is said is no cell of the report."""
    if part.column is not None and part.column not in fact.names():
        return ""
    is_number = part.name != "value" or (part.column is not None and fact.column(part.column).measure)
    not_taken = "'earlier'" if part.name == "value" else "'other'"
    if part.column is not None and part.name in ("sum", "less", "numerator", "denominator"):
        not_taken = f"CASE WHEN {part.column} IS NULL THEN 'not_exact' ELSE 'unpaired' END"
    return (
        f"{{'column_name': {literal(column)}, 'source_column': {literal(part.column) if part.column else 'NULL'}, "
        f"'part': {literal(part.name)}, 'value': {f'({part.value})::DOUBLE' if is_number else 'NULL::DOUBLE'}, "
        f"'weight': ({part.weight})::DOUBLE, 'is_asked': coalesce({part.within}, false), "
        f"'uncounted': CASE WHEN NOT coalesce({part.is_taken}, false) THEN {not_taken} END}}"
    )


def origins_of(mart: Relation, column: Column) -> list[str]:
    """Return the qualified columns that a mart's column is made of: of its fact, or of marts; none where nothing is declared."""
    figure = column.figure
    if figure is None:
        return []
    if figure.of:
        return [name if "." in name else f"{mart.qualified}.{name}" for name in figure.of]
    fact = relations()[f"core.{report_tables()[rows_of(mart, column)].core}"]
    return [f"{fact.qualified}.{name}" for name in dict.fromkeys(figure.columns) if name in fact.names()]


def sources_of(mart: Relation, column: Column) -> list[str]:
    """Return the fact columns behind a mart's column, through whatever it is made of; of a key the column of its rows."""
    if column.figure is None:
        facts = report_tables()
        fact = relations()[f"core.{facts[mart.rows].core}"] if mart.rows else None
        is_key = (
            fact is not None
            and column.name in mart.key
            and column.name in {c.name for c in facts[str(mart.rows)].columns}
        )
        return [f"{fact.qualified}.{column.name}"] if fact and is_key else []
    found: list[str] = []
    for origin in origins_of(mart, column):
        table, _, name = origin.rpartition(".")
        known = relations()[table]
        found += sources_of(known, known.column(name)) if known.schema == "mart" else [origin]
    return list(dict.fromkeys(found))
