"""The look of every workbook that danvan writes: the font of official papers, the format of figures, the greys.

Belongs here: what the template, the receipts and the papers' workbooks share. Does not: the formats of one of them, widths, texts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

FONT = "Times New Roman"
#: the format of a count
COUNT = "#,##0"
#: the ground of a table's head, RGB
HEAD_GREY = "E7E6E6"
#: what every cell format of xlsxwriter begins with
BASE: dict[str, Any] = {"font_name": FONT, "font_size": 12, "valign": "vcenter"}


class Styles:
    """The formats of one workbook, by name; each is made when it is first asked for."""

    def __init__(self, workbook: Any, declared: Mapping[str, Mapping[str, Any]]) -> None:
        self._workbook = workbook
        self._declared = declared
        self._made: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._made:
            self._made[name] = self._workbook.add_format(self._declared[name])
        return self._made[name]
