"""Rules that follow from the declarations: required cells, lengths, codes valid on their date, no row twice; where one applies.

Does not belong here: rules that somebody decided (the YAML files of expectations/rules), texts that stand in them (generated).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date
from pathlib import Path

from expectations.rule import Rule
from warehouse.codes import ALWAYS, Code, code_lists
from warehouse.declaration import ROW_KEY, Column, Table, form_tables
from warehouse.forms import form_versions
from warehouse.relation import day_literal
from warehouse.source import ROOT


def derived_rules(root: Path = ROOT) -> tuple[Rule, ...]:
    """Return the rules of every column of every form table, in the order of the declarations."""
    return tuple(r for t in form_tables(root).values() for r in _of_table(t, root))


def versions_with(table: Table, columns: Iterable[str], root: Path = ROOT) -> tuple[str, ...] | None:
    """Return the form versions (BCDV-2023) that fill all ``columns`` of ``table``; () when all do, None when none does."""
    own = {c.name for c in table.columns} & set(columns)
    filling = [f for f in form_versions(root).values() if table.name in f.tables()]
    found = tuple(f.name for f in filling if own <= f.fills(table.name))
    return None if not found else () if len(found) == len(filling) else found


def _of_table(table: Table, root: Path) -> Iterator[Rule]:
    for column in table.columns:
        yield from _of_column(table, column, root)
    versions = versions_with(table, table.alike, root) if table.alike else None
    if versions is not None:
        yield _alike(table, versions)


def twice_rules(keyed: Collection[str], root: Path = ROOT) -> tuple[Rule, ...]:
    """Return, for each form table, that no row stands twice in a submission; ``keyed`` are those with a written rule for it."""
    return tuple(_twice(t) for t in form_tables(root).values() if f"staging.{t.name}" not in keyed)


def twice_code(table: Table) -> str:
    """Return the code of the rule that no row of the table stands twice."""
    return f"{table.prefix}-ROW-TWICE"


def _twice(table: Table) -> Rule:
    """Two rows are one when their keys are; without a key of its own, when all that they say is equal, what is blank too."""
    own = _own_key(table)
    return Rule(
        code=twice_code(table),
        table=f"staging.{table.name}",
        severity="error",
        kind="row",
        columns=own or (next(c.name for c in table.columns if c.required),),
        sql=_no_other(table, own or _said(table), "count(*) > 1"),
        missing="never_skip",
        title="Dòng này ghi hai lần",
        title_en=f"A row of {table.name} stands twice",
        expected="Mỗi nội dung một dòng",
        remedy="Xóa dòng thừa; nếu là hai nội dung khác nhau thì ghi rõ chỗ khác nhau.",
    )


def _alike(table: Table, versions: tuple[str, ...]) -> Rule:
    """Rows that are about the same and yet are two: with other keys, or without a key with other figures."""
    apart = _row(_own_key(table) or _said(table), "twin.")
    labels = ", ".join(table.column(c).label for c in table.alike)
    return Rule(
        code=f"{table.prefix}-ROW-ALIKE",
        table=f"staging.{table.name}",
        severity="warning",
        kind="row",
        columns=(table.alike[0],),
        versions=versions,
        sql=_no_other(table, table.alike, f"count(DISTINCT {apart}) > 1"),
        title="Hai dòng cùng nội dung, khác số liệu (vẫn nạp cả hai)",
        title_en=f"Two rows of {table.name} are about the same - both were loaded",
        expected=f"Mỗi dòng khác nhau ở: {labels}",
        remedy="Nếu là một việc ghi hai lần thì xóa dòng cũ; nếu là hai việc thì không cần sửa.",
    )


def _no_other(table: Table, columns: Iterable[str], having: str) -> str:
    """The predicate that no group of rows equal in ``columns`` (blank equals blank) fulfils ``having``."""
    of = ("submission_id", *columns)
    twins = f"SELECT {_row(of, 'twin.')} FROM staging.{table.name} twin GROUP BY ALL HAVING {having}"
    return f"{_row(of)} NOT IN ({twins})"


def _own_key(table: Table) -> tuple[str, ...]:
    return tuple(c for c in table.key if c not in ROW_KEY)


def _said(table: Table) -> tuple[str, ...]:
    return tuple(n for c in table.columns for n in (c.name, c.state_name) if n)


def _row(columns: Iterable[str], of: str = "") -> str:
    return f"({', '.join(of + c for c in columns)})"


def _of_column(table: Table, column: Column, root: Path) -> Iterator[Rule]:
    versions = versions_with(table, [column.name], root)
    if versions is None:  # no form asks for it yet
        return
    if column.required:
        yield _required(table, column, versions)
    if column.max_length:
        yield _length(table, column, column.max_length, versions)
    if column.codes:
        dated = [c for c in code_lists(root)[column.codes] if c.valid_from > ALWAYS or c.valid_to]
        if dated:
            yield _valid_on(table, column, dated, versions)


def _code(table: Table, column: Column, what: str) -> str:
    return f"{table.prefix}-{column.name.upper().replace('_', '-')}-{what}"


def _required(table: Table, column: Column, versions: tuple[str, ...]) -> Rule:
    stated = column.state_name is not None
    filled = f"{column.state_name} <> 'not_reported'" if stated else f"{column.name} IS NOT NULL"
    by_row = stated or bool(versions)  # only a rule over rows can be limited to some versions
    return Rule(
        code=_code(table, column, "MISSING"),
        table=f"staging.{table.name}",
        severity="error",
        kind="row" if by_row else "not_null",
        columns=(column.name,),
        versions=versions,
        sql=filled if by_row else "",
        missing="never_skip",
        title="Ô bắt buộc bị bỏ trống",
        title_en=f"{column.name} is required",
        expected=f"Ô {column.label} phải được điền",
        remedy="Điền ô này; không có thì ghi Không." if stated else "Điền ô này.",
    )


def _length(table: Table, column: Column, most: int, versions: tuple[str, ...]) -> Rule:
    return Rule(
        code=_code(table, column, "LONG"),
        table=f"staging.{table.name}",
        severity="error",
        kind="length",
        columns=(column.name,),
        versions=versions,
        max=most,
        title=f"Dài quá {most} ký tự",
        title_en=f"{column.name} is longer than {most} characters",
        expected=f"Không quá {most} ký tự",
        remedy="Ghi ngắn lại.",
    )


def _valid_on(table: Table, column: Column, dated: list[Code], versions: tuple[str, ...]) -> Rule:
    first, last = _span(table, column)
    cases = " ".join(
        f"WHEN '{c.code}' THEN {last} >= {day_literal(c.valid_from)} AND {first} <= {day_literal(c.valid_to or date.max)}"
        for c in dated
    )
    return Rule(
        code=_code(table, column, "EXPIRED"),
        table=f"staging.{table.name}",
        severity="error",
        kind="row",
        columns=(column.name,),
        versions=versions,
        sql=f"CASE {column.name} {cases} ELSE true END",
        title="Mục không còn hoặc chưa có hiệu lực",
        title_en=f"{column.name} is not valid on its date",
        expected="; ".join(f"{c.label}: {_stretch(c)}" for c in dated),
        remedy="Chọn mục có hiệu lực trong kỳ.",
    )


def _span(table: Table, column: Column) -> tuple[str, str]:
    """The days on which the code must be valid: a stated date of the row, its own validity, or any day of the year."""
    if column.valid_on:
        return (f"coalesce({column.valid_on}, make_date(year, 1, 1))", f"coalesce({column.valid_on}, period_end)")
    if table.register:
        return ("valid_from", "valid_from")
    return ("make_date(year, 1, 1)", "period_end")


def _stretch(code: Code) -> str:
    start = f"từ {code.valid_from:%d/%m/%Y}" if code.valid_from > ALWAYS else ""
    end = f"đến {code.valid_to:%d/%m/%Y}" if code.valid_to else ""
    return f"{start} {end}".strip()
