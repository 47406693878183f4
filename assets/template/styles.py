"""Cell formats of the workbook: borders and colours, by name.

Does not belong here: widths, texts or which cell gets which format.
"""

from __future__ import annotations

from typing import Any

from assets import office_style
from assets.office_style import BASE, COUNT

INK = "#1F2A44"
HEADER_FILL = "#DCE6F1"
ENTRY_FILL = "#FFF9DC"

#: behind the name of a format of entry cells: the same for the cells below those that a blank form prints
MORE = "_more"

_BOX: dict[str, Any] = {**BASE, "border": 1, "border_color": "#7F8FA9"}
_ENTRY: dict[str, Any] = {**_BOX, "locked": False, "bg_color": ENTRY_FILL}
#: what a unit writes above and below the fields of the cover: without borders, as papers have it
_LETTER_ENTRY: dict[str, Any] = {**BASE, "align": "center", "locked": False, "bg_color": ENTRY_FILL}
_HEAD: dict[str, Any] = {**_BOX, "bold": True, "align": "center", "text_wrap": True, "bg_color": HEADER_FILL}

_STYLES: dict[str, dict[str, Any]] = {
    "plain": BASE,
    "title": {**BASE, "bold": True, "font_size": 15, "align": "center", "font_color": INK},
    "subtitle": {**BASE, "italic": True, "align": "center"},
    "header": _HEAD,
    "number_row": {**_BOX, "italic": True, "align": "center", "font_size": 10},
    "entry": {**_ENTRY, "text_wrap": True, "indent": 1},
    "entry_text": {**_ENTRY, "num_format": "@", "text_wrap": True, "indent": 1},
    "entry_centre": {**_ENTRY, "align": "center", "text_wrap": True},
    "entry_mark": {**_ENTRY, "num_format": "@", "align": "center"},
    "entry_count": {**_ENTRY, "num_format": COUNT, "align": "right", "indent": 1},
    "entry_id": {**_ENTRY, "num_format": "0", "align": "center"},
    "entry_decimal": {**_ENTRY, "num_format": "0.##", "align": "right", "indent": 1},
    "row_number": {**_ENTRY, "align": "center"},
    "superior": {**BASE, "align": "center", "text_wrap": True},
    "letterhead": {**BASE, "bold": True, "align": "center", "text_wrap": True},
    "party": {**BASE, "bold": True, "align": "center", "font_size": 13, "underline": 1},
    "place": {**BASE, "italic": True, "align": "center"},
    "number_entry": {**_LETTER_ENTRY, "text_wrap": True},
    "place_entry": {**_LETTER_ENTRY, "italic": True},
    "office_entry": {**_LETTER_ENTRY, "bold": True, "text_wrap": True},
    "label": {**_BOX, "bold": True, "bg_color": HEADER_FILL, "indent": 1},
    "value": {**_ENTRY, "align": "left", "indent": 1, "text_wrap": True},
    "value_fixed": {**_BOX, "align": "left", "indent": 1},
    "value_text": {**_ENTRY, "align": "left", "indent": 1, "num_format": "@"},
    "note": {**BASE, "italic": True, "text_wrap": True, "font_size": 11, "valign": "top"},
    "section": {**BASE, "bold": True, "font_size": 13, "font_color": INK, "bottom": 1},
    "guide_head": {**_HEAD, "align": "left", "indent": 1},
    "guide": {**_BOX, "text_wrap": True, "indent": 1},
    "para": {**BASE, "text_wrap": True, "indent": 1},
}
# another colour: office programs do not print cells that look like the rest of their column
_STYLES |= {
    f"{name}{MORE}": {**of, "border_color": "#B9C4D6"} for name, of in _STYLES.items() if of.get("locked") is False
}


class Styles(office_style.Styles):
    """The formats of the template's workbook, by name."""

    def __init__(self, workbook: Any) -> None:
        super().__init__(workbook, _STYLES)
