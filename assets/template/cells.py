"""What a cell of the form shows for a value of the warehouse: labels, Vietnamese numbers, ratios, citations.

Belongs here: value -> printed cell, shared by template and sample corpus. Does not: cell formats (styles) or the
way back (assets.intake.values).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import cache

from warehouse.codes import Code, code_lists
from warehouse.declaration import form_tables
from warehouse.forms import FormColumn
from warehouse.periods import Period

ROW_NUMBER = "TT"
YES_NO = ("Có", "Không")

Row = Mapping[str, object]


@cache
def column_codes(table: str, column: str) -> str | None:
    """Return the name of the code list of a table's column, or None."""
    return form_tables()[table].column(column).codes


@cache
def valid_codes(code_list: str, period: Period) -> tuple[Code, ...]:
    """Return the codes of ``code_list`` that are valid on any day of ``period``, in the order of the list."""
    first, last = period.period_start, period.period_end
    return tuple(c for c in code_lists()[code_list] if c.valid_from <= last and first <= (c.valid_to or date.max))


@cache
def _labels(code_list: str) -> dict[str, str]:
    return {c.code: c.label for c in code_lists()[code_list]}


def vn_count(value: object) -> str:
    """Print a whole number with dots between thousands (2065 -> 2.065); other values as text."""
    return f"{value:,}".replace(",", ".") if isinstance(value, int) else str(value)


def vn_decimal(value: float, digits: int) -> str:
    """Print a number with a decimal comma and ``digits`` decimals (99.38, 1 -> 99,4)."""
    return f"{value:.{digits}f}".replace(".", ",")


def vn_date(day: date) -> str:
    """Print a date day first, without leading zeros (30/8/2013)."""
    return f"{day.day}/{day.month}/{day.year}"


def printed(column: FormColumn, row: Row) -> object:
    """Return what the cell under ``column`` shows for ``row``: a number, a date, a text, or None for blank.

    A text where a number or a date belongs is printed as it stands: units write "Không" or "-" there.
    """
    value = None if column.ignored else row.get(column.columns[0])
    if value is None:
        return None
    if column.reader in _PAIRS:
        return _PAIRS[column.reader](value, row.get(column.columns[1]))
    if column.reader == "code":
        return _labels(column_codes(column.table, column.columns[0]) or "").get(str(value), value)
    return YES_NO[0 if value else 1] if isinstance(value, bool) else value


def _ratio(part: object, whole: object) -> object:
    return part if whole is None else f"{vn_count(part)}/{vn_count(whole)}"


def _percent(stated: object, digits: object) -> object:
    return f"{vn_decimal(stated, digits)}%" if isinstance(stated, float) and isinstance(digits, int) else stated


def _citation(number: object, day: object) -> object:
    return f"{number}, ngày {vn_date(day)}" if isinstance(day, date) else number


#: readers of cells that hold two columns
_PAIRS: dict[str, Callable[[object, object], object]] = {"ratio": _ratio, "percent": _percent, "citation": _citation}
