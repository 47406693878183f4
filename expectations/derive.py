"""Rules that follow from the declarations: required cells, lengths, codes valid on their date, form validity.

Does not belong here: rules that somebody decided (the YAML files of expectations/rules).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from expectations.rule import Rule
from warehouse.codes import Code, code_lists
from warehouse.deadlines import deadlines
from warehouse.declaration import Column, Table, form_tables, report_tables
from warehouse.forms import form_versions

_ALWAYS = date(1900, 1, 1)


def derived_rules() -> tuple[Rule, ...]:
    """Return the rules of every column of every form table, in the order of the declarations."""
    return tuple(r for t in form_tables().values() for c in t.columns for r in _of_column(t, c))


def form_validity_sql() -> str:
    """Return the predicate that a period ends while its form version is in force."""
    cases = [
        f"WHEN '{f.form_code}-{f.form_version}' THEN period_end BETWEEN {_day(f.valid_from)} AND {_day(f.valid_to or date.max)}"
        for f in form_versions().values()
    ]
    return f"CASE form_code || '-' || form_version {' '.join(cases)} ELSE true END"


def any_row_sql() -> str:
    """Return the query of the submissions that have a row in any report table, or findings that explain why not."""
    parts = [f"SELECT r.submission_id FROM staging.{name} r" for name in report_tables()]
    return " UNION ALL ".join(
        [*parts, "SELECT i.submission_id FROM staging.cell_issue i WHERE i.code[1] IN ('C', 'H')"]
    )


def deadline_days_sql() -> str:
    """Return the days after the period on which a report still is on time; without a deadline nothing is late."""
    cases = [f"WHEN '{d.form_code}-{d.period_kind}' THEN {d.due_days + d.grace_days}" for d in deadlines()]
    return f"(CASE form_code || '-' || period_kind {' '.join(cases)} ELSE 100000 END)"


#: texts that stand in a rule's ``sql`` as ``{name}``
GENERATED = {"form_validity": form_validity_sql, "any_row": any_row_sql, "deadline_days": deadline_days_sql}


def _of_column(table: Table, column: Column) -> Iterator[Rule]:
    if column.required:
        yield _required(table, column)
    if column.max_length:
        yield _length(table, column, column.max_length)
    if column.codes:
        dated = [c for c in code_lists()[column.codes] if c.valid_from > _ALWAYS or c.valid_to]
        if dated:
            yield _valid_on(table, column, dated)


def _code(table: Table, column: Column, what: str) -> str:
    return f"{table.prefix}-{column.name.upper().replace('_', '-')}-{what}"


def _required(table: Table, column: Column) -> Rule:
    stated = column.state_name is not None
    return Rule(
        code=_code(table, column, "MISSING"),
        table=f"staging.{table.name}",
        severity="error",
        kind="row" if stated else "not_null",
        columns=(column.name,),
        sql=f"{column.state_name} <> 'not_reported'" if stated else "",
        missing="never_skip",
        title="Ô bắt buộc bị bỏ trống",
        title_en=f"{column.name} is required",
        expected=f"Ô {column.label} phải được điền",
        remedy="Điền ô này; không có thì ghi Không." if stated else "Điền ô này.",
        about_missing=True,
    )


def _length(table: Table, column: Column, most: int) -> Rule:
    return Rule(
        code=_code(table, column, "LONG"),
        table=f"staging.{table.name}",
        severity="error",
        kind="length",
        columns=(column.name,),
        max=most,
        title=f"Dài quá {most} ký tự",
        title_en=f"{column.name} is longer than {most} characters",
        expected=f"Không quá {most} ký tự",
        remedy="Ghi ngắn lại.",
    )


def _valid_on(table: Table, column: Column, dated: list[Code]) -> Rule:
    first, last = _span(table, column)
    cases = " ".join(
        f"WHEN '{c.code}' THEN {last} >= {_day(c.valid_from)} AND {first} <= {_day(c.valid_to or date.max)}"
        for c in dated
    )
    return Rule(
        code=_code(table, column, "EXPIRED"),
        table=f"staging.{table.name}",
        severity="error",
        kind="row",
        columns=(column.name,),
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
    start = f"từ {code.valid_from:%d/%m/%Y}" if code.valid_from > _ALWAYS else ""
    end = f"đến {code.valid_to:%d/%m/%Y}" if code.valid_to else ""
    return f"{start} {end}".strip()


def _day(day: date) -> str:
    return f"DATE '{day:%Y-%m-%d}'"
