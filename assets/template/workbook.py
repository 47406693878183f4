"""Assembles the workbook: cover, guide, one sheet per table, hidden lists for the drop-downs.

Does not belong here: how a single sheet looks (cover, guide, table_sheet).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from assets.intake.grid import column_letters
from assets.template.cells import Row
from assets.template.cover import UnitLine, cover_values, draw_cover, periods_offered
from assets.template.guide import choices, draw_guide
from assets.template.styles import Styles
from assets.template.table_sheet import draw_table, fill_table, validate_table
from warehouse.cells import kind_of
from warehouse.cells.typed import LOOKED_AT, PLACES, WORDS, names_for
from warehouse.forms import GUIDE_SHEET, LIST_SHEET, FormVersion
from warehouse.periods import Period

CREATED = datetime(2013, 8, 30)


class _Sheet(Worksheet):  # type: ignore[misc]
    """A worksheet that takes formulas as they are: none of ours names a function that Excel wants prefixed."""

    def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:  # noqa: ARG002
        return formula.removeprefix("=")  # the general way tries 170 names on each, a quarter of the writing time


def write_template(
    form: FormVersion,
    unit: UnitLine | None,
    period: Period,
    out: Path,
    rows: Mapping[str, Sequence[Row]] | None = None,
    cover: Mapping[str, object] | None = None,
) -> None:
    """Write the workbook of ``form`` for ``period`` to ``out``; the same input gives the same bytes.

    ``rows`` prefills tables (column name -> value; codes as codes, dates as dates), ``cover`` overrides cover
    fields (None blanks one). Drop-downs hold the labels of the codes valid in the period.
    """
    workbook = xlsxwriter.Workbook(str(out), {"in_memory": True, "default_date_format": "dd/mm/yyyy"})
    workbook.set_properties({"title": form.title, "created": CREATED})
    styles = Styles(workbook)
    values = {**cover_values(form, unit, period), **(cover or {})}
    cover_sheet = workbook.add_worksheet(form.cover_sheet, _Sheet)
    draw_guide(workbook.add_worksheet(GUIDE_SHEET, _Sheet), styles, form, period)
    sheets = {table: workbook.add_worksheet(form.sheet(table), _Sheet) for table in form.tables()}
    list_sheet = workbook.add_worksheet(LIST_SHEET, _Sheet)
    lists = _lists(list_sheet, form, period)
    for name, words in WORDS.items():
        workbook.define_name(name, f"={words}")
    workbook.define_name(PLACES, f"=ROW('{LIST_SHEET}'!$A$1:$A${LOOKED_AT})")
    periods = [p.label for p in periods_offered(form, period)]
    draw_cover(cover_sheet, styles, form, unit, values, _list(list_sheet, len(lists), periods))
    subtitle = " - ".join(t for t in (unit.unit_name if unit else "", period.label) if t)
    for table, sheet in sheets.items():
        columns = form.headers(table)
        entry_row = draw_table(sheet, styles, columns, (subtitle, period))
        prefilled = (rows or {}).get(table, ())
        fill_table(sheet, styles, columns, entry_row, prefilled)
        validate_table(sheet, columns, entry_row, lists)
        _name_conditions(workbook, form.sheet(table), [c.reader for c in columns if not c.ignored])
    _name_conditions(workbook, form.cover_sheet, [field.reader for field in form.cover])
    workbook.close()


def _name_conditions(workbook: Any, sheet: str, readers: Sequence[str]) -> None:
    """Define the conditions to which validations of these kinds refer; one that says something of the cell is the sheet's own.

    The cell that is typed is written as A1, from which a name's relative references count.
    """
    place = "'" + sheet.replace("'", "''") + "'!"
    conditions = frozenset(c for reader in readers if (c := kind_of(reader).condition))
    for name, formula in names_for(conditions).items():
        workbook.define_name(f"{place}{name}", "=" + formula.replace("{cell}", f"{place}A1"))


def _lists(sheet: Any, form: FormVersion, period: Period) -> dict[str, str]:
    """Write each code list into a column of the hidden sheet. Returns code list -> range."""
    ranges = {}
    for j, (codes, offered) in enumerate(choices(form, period).items()):
        labels = [c.label for c in offered]
        sheet.write_string(0, j, codes)
        ranges[codes] = _list(sheet, j, labels)
    sheet.hide()
    sheet.protect()
    return ranges


def _list(sheet: Any, column: int, texts: Sequence[str]) -> str:
    """Write the texts of a drop-down below the first row of a column. Returns their range."""
    sheet.write_column(1, column, texts)
    letter = column_letters(column)
    return f"'{LIST_SHEET}'!${letter}$2:${letter}${len(texts) + 1}"
