"""What the cell under a header shows for a row of the warehouse.

Belongs here: row -> printed cell, shared by template and sample corpus. Does not: how each kind of cell prints its values
(warehouse.cells) or cell formats (styles).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from warehouse.cells import kind_of
from warehouse.declaration import Column, form_tables
from warehouse.forms import FormColumn

ROW_NUMBER = "TT"

Row = Mapping[str, object]


def first_column(column: FormColumn) -> Column:
    """Return the declared column that a header fills, the first of several."""
    return form_tables()[column.table].column(column.columns[0])


def printed(column: FormColumn, row: Row) -> object:
    """Return what the cell under ``column`` shows for ``row``: a number, a date, a text, or None for blank."""
    values = [row.get(name) for name in column.columns]
    if not values or values[0] is None:
        return None
    return kind_of(column.reader).printed(values, first_column(column))


def day_text(day: date) -> str:
    """Return a day as the template writes it: a text with the day first, which no setting of a computer reads otherwise."""
    return f"{day:%d/%m/%Y}"
