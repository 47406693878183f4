"""Which cell is probably wrong where a rule joins several: the least change that would satisfy all rules of its row and totals.

Each figure that a violated rule joins is taken for wrong in turn, and all that may have been meant by it is tried on every rule of
its row and every total that closes it. What is left is weighed: how likely the slip is, and how well the figure that was written,
and the one that was meant, fit what the unit reported before. Only rows with such findings are looked at.
Belongs here: the SQL of this, generated from rules and declarations. Does not: kinds of slips (slips), the rules, their words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import permutations, product
from typing import TYPE_CHECKING

from expectations.findings import shown_sql
from expectations.rule import Rule, rules
from expectations.slips import slips_sql
from expectations.weighing import STATEMENT
from warehouse.codes import code_lists
from warehouse.declaration import Column, Table, form_tables, report_tables
from warehouse.relation import literal
from warehouse.types import COLUMN_TYPES

if TYPE_CHECKING:
    import duckdb

_TOTALS = "staging.stated_total"
#: figures of a rule, besides the doubted one, whose sums are tried
_SUMMED = 4
#: rules that one row is tried on: as many as a BIGINT mask holds, those that join cells first
_BITS = 60


def name_probable(con: duckdb.DuckDBPyConnection, violated: Sequence[Rule]) -> None:
    """Say in ``probable`` of ``staging.violation`` which cell is probably wrong, where a rule joins several and it can be told."""
    tables = {r.table for r in violated if is_joining(r)}
    if any(r.table == _TOTALS for r in violated):
        tables |= {f"staging.{name}" for (name,) in con.execute(_TABLES_WITH_TOTALS).fetchall()}
    for table in report_tables().values():
        if f"staging.{table.name}" in tables:
            con.execute(_statement(table))


def is_joining(rule: Rule) -> bool:
    """Tell whether a rule holds or fails by several cells of one row of a report, a figure among them."""
    table = report_tables().get(rule.table.removeprefix("staging."))
    if table is None or rule.kind != "row" or rule.missing != "skip_any" or not _is_of_the_row(rule):
        return False
    cells = [c for c in table.columns if c.name in rule.columns]
    return len(cells) > 1 and any(c.state_name for c in cells)


def _is_of_the_row(rule: Rule) -> bool:
    """Tell whether a rule looks at its row alone: others are not tried on what may have been meant."""
    return rule.kind in ("row", "between") and rule.severity != "info" and "SELECT" not in rule.predicate


@cache
def _statement(table: Table) -> str:
    """The statement that names the cells of one table."""
    of_rows = [r for r in rules() if r.table == f"staging.{table.name}" and _is_of_the_row(r)]
    tried = sorted(of_rows, key=lambda r: not is_joining(r))[:_BITS]
    bits = {r.code: 1 << n for n, r in enumerate(tried)}
    joining = {r.code: r for r in tried if is_joining(r)}
    figures = [c for c in table.columns if c.state_name]
    choices = [c for c in table.columns if _choices(c) and any(c.name in r.columns for r in joining.values())]
    cells = ", ".join([*(_figure(c, joining, bits) for c in figures), *(_choice(c, joining, bits) for c in choices)])
    mask = " | ".join(f"(CASE WHEN {_fails(r)} THEN {bits[r.code]} ELSE 0 END)::BIGINT" for r in tried)
    return STATEMENT.format(
        tbl=literal(f"staging.{table.name}"),
        table=literal(table.name),
        name=table.name,
        core=table.core,
        codes=", ".join(f"({literal(c)}, {bits[c]}::BIGINT)" for c in joining),
        beside=", ".join(
            f"lag({c.name}) OVER in_order AS {c.name}_above, lead({c.name}) OVER in_order AS {c.name}_below"
            for c in figures
        ),
        mask=mask,
        cells=cells,
        past=", ".join(f"struct_pack(column_name := {literal(c.name)}, figure := {_exact(c)})" for c in figures),
        everyone=", ".join(_everyone(c) for c in figures),
        alike=" + ".join(f"(f.{c.name} IS NOT DISTINCT FROM s.{c.name})::INTEGER" for c in _kinds(table)) or "0",
        written=", ".join(_replaced(c) for c in [*figures, *choices]),
        slips=slips_sql("figure"),
        foots=" AND ".join(f"coalesce(({r.predicate}), true)" for r in rules() if r.table == _TOTALS),
    )


def _kinds(table: Table) -> list[Column]:
    """The codes that say what kind of thing a row is about."""
    return [c for c in table.columns if c.codes and c.required]


def _fails(rule: Rule) -> str:
    present = " AND ".join(f"{c} IS NOT NULL" for c in rule.columns) if rule.missing == "skip_any" else "true"
    holds = f"{rule.column} <= {rule.max}" if rule.kind == "between" else rule.predicate
    return f"{present} AND NOT coalesce(({holds}), true)"


def _choices(column: Column) -> list[str]:
    """What may be chosen in a cell that is no figure, as SQL."""
    if column.type == "flag":
        return ["false", "true"]
    return [literal(c.code) for c in code_lists()[column.codes]] if column.codes else []


def _figure(column: Column, joining: Mapping[str, Rule], bits: Mapping[str, int]) -> str:
    name, of = column.name, [r for r in joining.values() if column.name in r.columns]
    aims = ", ".join(dict.fromkeys(a for r in of for a in _aims(r, name)))
    return _CELL.format(
        name=literal(name),
        figure=f"CASE WHEN core.is_exact({column.state_name}) THEN {name} END::DOUBLE",
        shown=COLUMN_TYPES[column.type].shown.format(name),
        near=f"[{name}_above::DOUBLE, {name}_below::DOUBLE]",
        aims=f"[{aims}]::DOUBLE[]",
        joins=sum(bits[r.code] for r in of),
        whole=str(column.type == "count").lower(),
        choices=0,
    )


def _choice(column: Column, joining: Mapping[str, Rule], bits: Mapping[str, int]) -> str:
    options = _choices(column)
    return _CELL.format(
        name=literal(column.name),
        figure=f"list_position([{', '.join(options)}], {column.name})::DOUBLE",
        shown=shown_sql(column, column.name),
        near="[]::DOUBLE[]",
        aims=f"[{', '.join(str(n) for n in range(1, len(options) + 1))}]::DOUBLE[]",
        joins=sum(bits[r.code] for r in joining.values() if column.name in r.columns),
        whole="true",
        choices=len(options),
    )


def _aims(rule: Rule, name: str) -> Iterator[str]:
    """What the other figures of a rule add up to, with either sign, and what a rate of two of them comes to."""
    table = form_tables()[rule.table.removeprefix("staging.")]
    others = [c.name for c in table.columns if c.state_name and c.name in rule.columns and c.name != name]
    if len(others) > _SUMMED:
        return
    for signs in product((1, -1), repeat=len(others)):
        yield " + ".join(f"{sign} * {other}" for sign, other in zip(signs, others, strict=True))
    for a, b in permutations(others, 2):
        yield f"round(100.0 * {a} / nullif({b}, 0), 2)"
        yield f"round({a} * {b} / 100.0)"


def _exact(column: Column) -> str:
    return f"CASE WHEN core.is_exact(f.{column.state_name}) THEN f.{column.name} END::DOUBLE"


def _everyone(column: Column) -> str:
    size = f"ln({_exact(column)} + 1)"
    return f"struct_pack(column_name := {literal(column.name)}, usual := median({size}), width := greatest(0.5, mad({size})))"


def _replaced(column: Column) -> str:
    options = _choices(column)
    meant = f"([{', '.join(options)}])[t.meant::INTEGER]" if options else f"t.meant::{COLUMN_TYPES[column.type].duckdb}"
    return f"CASE WHEN t.column_name = {literal(column.name)} THEN {meant} ELSE s.{column.name} END AS {column.name}"


_CELL = (
    "struct_pack(column_name := {name}, figure := {figure}, shown := {shown}, near := {near}, aims := {aims}, "
    "joins := {joins}::BIGINT, whole := {whole}, choices := {choices})"
)
_TABLES_WITH_TOTALS = (
    "SELECT DISTINCT t.table_name FROM staging.violation v JOIN staging.stated_total t USING (submission_id, row_no) "
    f"WHERE v.tbl = '{_TOTALS}'"
)
