"""Cell formats of the workbook: one place for fonts, borders and colours.

Does not belong here: widths, texts or which cell gets which format.
"""

from __future__ import annotations

from typing import Any

FONT = "Times New Roman"
INK = "#1F2A44"
HEADER_FILL = "#DCE6F1"
ENTRY_FILL = "#FFFDF2"

_BASE: dict[str, Any] = {"font_name": FONT, "font_size": 12, "valign": "vcenter"}
_BOX: dict[str, Any] = {**_BASE, "border": 1, "border_color": "#7F8FA9"}
_ENTRY: dict[str, Any] = {**_BOX, "locked": False}
_HEAD: dict[str, Any] = {**_BOX, "bold": True, "align": "center", "text_wrap": True, "bg_color": HEADER_FILL}

_STYLES: dict[str, dict[str, Any]] = {
    "plain": _BASE,
    "free": {**_BASE, "locked": False},
    "title": {**_BASE, "bold": True, "font_size": 15, "align": "center", "font_color": INK},
    "subtitle": {**_BASE, "italic": True, "align": "center"},
    "header": _HEAD,
    "number_row": {**_BOX, "italic": True, "align": "center", "font_size": 10},
    "entry": {**_ENTRY, "text_wrap": True, "indent": 1},
    "entry_text": {**_ENTRY, "num_format": "@", "text_wrap": True, "indent": 1},
    "entry_centre": {**_ENTRY, "align": "center", "text_wrap": True},
    "entry_mark": {**_ENTRY, "num_format": "@", "align": "center"},
    "entry_count": {**_ENTRY, "num_format": "#,##0", "align": "right", "indent": 1},
    "entry_id": {**_ENTRY, "num_format": "0", "align": "center"},
    "entry_decimal": {**_ENTRY, "num_format": "0.##", "align": "right", "indent": 1},
    "entry_date": {**_ENTRY, "num_format": "dd/mm/yyyy", "align": "center"},
    "row_number": {**_BOX, "align": "center", "locked": False},
    "superior": {**_BASE, "align": "center", "text_wrap": True},
    "letterhead": {**_BASE, "bold": True, "align": "center", "text_wrap": True},
    "party": {**_BASE, "bold": True, "align": "center", "font_size": 13, "underline": 1},
    "place": {**_BASE, "italic": True, "align": "center"},
    "label": {**_BOX, "bold": True, "bg_color": HEADER_FILL, "indent": 1},
    "value": {**_ENTRY, "bg_color": ENTRY_FILL, "align": "left", "indent": 1, "text_wrap": True},
    "value_date": {**_ENTRY, "bg_color": ENTRY_FILL, "align": "left", "indent": 1, "num_format": "dd/mm/yyyy"},
    "note": {**_BASE, "italic": True, "text_wrap": True, "font_size": 11, "valign": "top"},
    "section": {**_BASE, "bold": True, "font_size": 13, "font_color": INK, "bottom": 1},
    "guide_head": {**_HEAD, "align": "left", "indent": 1},
    "guide": {**_BOX, "text_wrap": True, "indent": 1},
    "para": {**_BASE, "text_wrap": True, "indent": 1},
}


class Styles:
    """The formats of one workbook, by name; each is made when it is first asked for."""

    def __init__(self, workbook: Any) -> None:
        self._workbook = workbook
        self._made: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._made:
            self._made[name] = self._workbook.add_format(_STYLES[name])
        return self._made[name]
