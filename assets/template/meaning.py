"""What a column of the form holds, in words for units: beside the cell while it is filled, and on the guide sheet.

Belongs here: the declarations' words put together. Does not: how a kind of cell is written (warehouse.cells) or where it is shown.
"""

from __future__ import annotations

from functools import cache

from assets.template.cells import ROW_NUMBER
from warehouse.cells import kind_of
from warehouse.codes import labels
from warehouse.declaration import Column, form_tables
from warehouse.forms import NOT_KEPT, FormColumn
from warehouse.periods import PERIOD_KINDS

#: characters of a prompt's title and text that Excel shows
TITLE, TEXT = 32, 255
_NUMBER = "Số thứ tự của dòng; không lưu vào kho số liệu."
_NOT_KEPT = (
    "Ghi chú cho đơn vị tự theo dõi: không lưu vào kho số liệu, cấp trên không tra được. Điều cần báo thì ghi ở ô khác."
)


def heading(column: FormColumn) -> str:
    """Return the header as it is printed: what is written under it and not kept is said to be so."""
    return f"{column.header} {NOT_KEPT}" if column.ignored and column.header != ROW_NUMBER else column.header


def meaning(column: FormColumn) -> str:
    """Return what is written there; a cell that fills two columns says both."""
    if column.ignored:
        return _NUMBER if column.header == ROW_NUMBER else _NOT_KEPT
    return " ".join(c.meaning for c in _filled(column) if c.meaning)


def counted(column: FormColumn) -> str:
    """Return the unit of measure and which days the figure is of; empty for what is no figure."""
    first = next(iter(_filled(column)), None)
    if first is None or not first.measure:
        return ""
    text = "; ".join(filter(None, (first.unit, _days().get(first.measure, ""))))
    return f"{text[:1].upper()}{text[1:]}"


@cache
def prompt(column: FormColumn) -> dict[str, str]:
    """Return what Excel shows beside a cell of the column: what is written there, of which days, and how."""
    hint = "" if column.ignored or not _filled(column) else kind_of(column.reader).message(_filled(column)[0])
    texts = [meaning(column), counted(column), hint]
    return {"input_title": column.header[:TITLE], "input_message": "\n".join(filter(None, texts))[:TEXT]}


def _filled(column: FormColumn) -> list[Column]:
    return [form_tables()[column.table].column(name) for name in column.columns]


@cache
def _days() -> dict[str, str]:
    """Which days a figure is of, by what it measures; the kinds of period that count from 1 January are named."""
    flow = f"phát sinh trong kỳ ({kinds_of_period()['cumulative']}: lũy kế từ 01/01)"
    return {"flow": flow, "persons": flow, "level": "số có tại ngày chốt số liệu", "plan": "theo kế hoạch đã duyệt"}


def kinds_of_period() -> dict[str, str]:
    """The kinds whose figures count from 1 January, and those that stand for themselves, in words."""
    label = labels("period_kind")
    *before, last = [label[k.kind].lower() for k in PERIOD_KINDS if k.is_cumulative]
    apart = [label[k.kind].lower() for k in PERIOD_KINDS if not k.is_cumulative and not k.is_roll_up]
    return {"cumulative": f"{', '.join(before)} và {last}", "apart": ", ".join(apart)}
