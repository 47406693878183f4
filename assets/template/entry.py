"""How a column of the form is entered: width, cell format and the validation with its Vietnamese message.

Belongs here: what depends on the header; the rest says its kind of cell. Does not: the rules of the warehouse (expectations).
"""

from __future__ import annotations

from assets.template.cells import ROW_NUMBER, first_column
from assets.template.meaning import TEXT, TITLE, heading, prompt
from warehouse.cells import kind_of
from warehouse.cells.kind import Rule
from warehouse.forms import FormColumn
from warehouse.periods import Period


def width(column: FormColumn, period: Period) -> float:
    """Return the column's width in characters: its usual content and the longest word of its header fit."""
    if column.header == ROW_NUMBER:
        return 5.0
    longest_word = max(len(w) for w in heading(column).split()) + 2.5
    usual = 14.0 if column.ignored else kind_of(column.reader).width(first_column(column), period)
    return max(usual, longest_word)


def style(column: FormColumn) -> str:
    """Return the name of the format of the column's entry cells."""
    if column.header == ROW_NUMBER:
        return "row_number"
    if column.ignored:
        return "entry"
    return "entry_id" if column.columns[0].endswith("_id") else kind_of(column.reader).entry_format


def validation(column: FormColumn, lists: dict[str, str]) -> Rule:
    """Return xlsxwriter's validation for the column's entry cells with its prompt; ``lists`` maps code list -> range."""
    if column.ignored:
        return {"validate": "any", **prompt(column)}
    of, filled = kind_of(column.reader), first_column(column)
    rule = of.validation(filled, lists.get(filled.codes or "", "")) or {"validate": "any"}
    return {**rule, **prompt(column), **refusal("Ô ghi chưa đúng", of.message(filled))}


def refusal(title: str, message: str) -> Rule:
    """Return what Excel says of an entry that does not fit."""
    return {"ignore_blank": True, "error_title": title[:TITLE], "error_message": message[:TEXT]}
