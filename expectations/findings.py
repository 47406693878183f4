"""Findings: a failing row with the cell that its rule marks, what stands there, and the rule's words.

Belongs here: the SQL that makes them of ``staging.violation`` and ``staging.cell_issue``. Does not: verdicts (judge), which
cell is probably wrong (probable), the words themselves (catalogue).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from expectations.rule import Rule, form_table_of
from warehouse.codes import labels
from warehouse.declaration import Column, form_tables
from warehouse.relation import literal, quote, relations
from warehouse.types import COLUMN_TYPES

#: findings of one code in one table of one submission that are kept as rows; the last of them counts the others
LISTED = 100


def findings_sql(violated: Sequence[Rule], column_map: str) -> str:
    """The findings of the violated rules; ``column_map`` is the table that has the places."""
    return _located("\nUNION ALL\n".join(_of_rule(r) for r in violated) or _NOTHING, column_map)


def intake_findings_sql(column_map: str) -> str:
    """The findings that reading the files had; ``column_map`` is the table that has the places."""
    return _located(_INTAKE_FINDINGS, column_map)


_NOTHING = (
    "SELECT NULL::VARCHAR AS submission_id, NULL::VARCHAR AS code, NULL::VARCHAR AS table_name, NULL::BIGINT AS row_no, "
    "NULL::VARCHAR AS column_name, NULL::VARCHAR AS sheet, NULL::BIGINT AS source_row, NULL::VARCHAR AS cell, "
    "NULL::VARCHAR AS found, NULL::VARCHAR AS detail, NULL::VARCHAR AS severity, NULL::VARCHAR AS probable WHERE false"
)


def _of_rule(rule: Rule) -> str:
    keyed = "v.submission_id = t.submission_id AND v.row_no = t.row_no"
    source, row_no, place, cell = rule.table, "v.row_no", ("t.sheet", "t.source_row"), "NULL"
    nowhere = ("NULL", "NULL::BIGINT")
    table, column = literal(form_table_of(rule.table) or ""), literal(rule.column)
    if rule.table == "intake.submission":
        keyed, place = "v.submission_id = t.submission_id", nowhere
    elif rule.table == "staging.submission":
        place = nowhere
    elif rule.table == "staging.stated_total":
        table, column, row_no, cell = "t.table_name", "t.column_name", "NULL::BIGINT", "t.cell"
    elif rule.table == "staging.lost_row":
        table, column, place = "t.table_name", "t.column_name", ("NULL", "t.source_row")
    return (
        f"SELECT v.submission_id, v.code, coalesce(v.table_name, {table}) AS table_name, {row_no} AS row_no, "
        f"coalesce(v.column_name, {column}) AS column_name, coalesce(v.sheet, {place[0]}) AS sheet, "
        f"coalesce(v.source_row, {place[1]}) AS source_row, {cell} AS cell, coalesce(v.found, {_found(rule)}) AS found, "
        f"{f'({rule.hint})' if rule.hint else 'NULL'} AS detail, NULL AS severity, v.probable "
        f"FROM staging.violation v JOIN {source} t ON {keyed} "
        f"WHERE v.tbl = {literal(rule.table)} AND v.code = {literal(rule.code)}"
        + (_NOT_UNREADABLE.format(table=table, columns=_texts(rule)) if rule.table.startswith("staging.") else "")
    )


#: a cell that could not be read has its own error; what follows from its being empty says nothing more
_NOT_UNREADABLE = (
    " AND NOT EXISTS (FROM staging.cell_issue i WHERE i.submission_id = v.submission_id AND i.row_no = v.row_no "
    "AND i.column_name IN ({columns}) AND i.table_name = {table} "
    "AND i.code IN (SELECT r.code FROM meta.rule r WHERE r.severity = 'error'))"
)


def _texts(rule: Rule) -> str:
    return ", ".join(map(literal, dict.fromkeys((rule.column, *rule.columns))))


def _found(rule: Rule) -> str:
    """The cells that the rule looked at, as text: the value alone, or each with its label."""
    relation = relations()[rule.table]
    looked_at = (rule.at,) if rule.at else dict.fromkeys((rule.column, *rule.columns))
    shown = [relation.column(c) for c in looked_at if c in relation.names()]
    if len(shown) == 1:
        return shown_sql(shown[0], f"t.{quote(shown[0].name)}")
    parts = [f"{literal(c.label + ': ')} || coalesce({shown_sql(c, f't.{quote(c.name)}')}, '(trống)')" for c in shown]
    return f"concat_ws('; ', {', '.join(parts)})"


def shown_sql(column: Column, value: str) -> str:
    """Return a value of ``column`` as its unit reads it: a code by its label, for a code is ours and stands in no form."""
    text = COLUMN_TYPES[column.type].shown.format(value)
    return f"coalesce({_labels(column.codes)}[{text}], {text})" if column.codes else text


@cache
def _labels(code_list: str) -> str:
    return f"MAP {{{', '.join(f'{literal(code)}: {literal(label)}' for code, label in labels(code_list).items())}}}"


def _located(inner: str, column_map: str) -> str:
    """Join places and messages to rows (their columns: see ``_NOTHING``); ``column_map`` is the table that has the places.

    Of one code in one table of a submission the first ``LISTED`` are kept; the last of them says how many more there are.
    """
    return f"""
SELECT f.submission_id, f.code, coalesce(f.severity, r.severity) AS severity, f.table_name, f.row_no, f.column_name,
       coalesce(f.sheet, m.sheet) AS sheet,
       coalesce(f.cell, CASE f.table_name WHEN 'cover' THEN m.cell
                        ELSE replace(m.cell, '*', f.source_row::VARCHAR) END) AS cell,
       f.found, coalesce(f.detail, r.expected) AS expected, f.probable,
       CASE WHEN f.table_name = 'cover' OR m.header IS NULL OR starts_with(r.rule_title, m.header) THEN r.rule_title
            ELSE m.header || ': ' || r.rule_title END AS message,
       r.remedy, CASE WHEN f.n = {LISTED} THEN nullif(f.total - {LISTED}, 0) END AS more_count
FROM (
    SELECT *, row_number() OVER (of_code ORDER BY row_no, source_row, sheet, length(cell), cell, column_name, found) AS n,
           count(*) OVER of_code AS total
    FROM ({inner})
    WINDOW of_code AS (PARTITION BY submission_id, code, table_name)
    QUALIFY n <= {LISTED}
) f JOIN meta.rule r USING (code)
LEFT JOIN {column_map} m
    ON m.submission_id = f.submission_id AND m.table_name = f.table_name AND m.column_name = f.column_name
"""


_PLACES = " UNION ALL ".join(
    f"SELECT submission_id, {literal(name)} AS table_name, row_no, sheet, source_row FROM staging.{name}"
    for name in form_tables()
)
_INTAKE_FINDINGS = (
    "SELECT i.submission_id, i.code, i.table_name, i.row_no, i.column_name, coalesce(i.sheet, p.sheet) AS sheet, "
    f"p.source_row, i.cell, i.found, i.detail, i.severity, NULL AS probable FROM staging.cell_issue i LEFT JOIN ({_PLACES}) p "
    "ON p.submission_id = i.submission_id AND p.table_name = i.table_name AND p.row_no = i.row_no"
)
