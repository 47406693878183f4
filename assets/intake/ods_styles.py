"""Styles of an OpenDocument spreadsheet: what is struck out or raised, what has no height or width, which sheets are hidden.

Does not belong here: the cells that have them (ods_scan).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from assets.intake.package import parse

_OFFICE = "urn:oasis:names:tc:opendocument"
_CALC = "urn:org:documentfoundation:names:experimental:calc:"
_NOTHING = re.compile(r"0+(?:\.0+)?[a-z]*")
#: styles may follow each other; nobody has more above one
_DEEPEST = 20


@dataclass(slots=True)
class Marks:
    """By style name: ``line`` whether it strikes out, ``raised`` whether it stands off the base line; None: as its parent.

    ``flat``: styles of rows and columns of no size; ``hidden``: styles of sheets that are not shown.
    """

    line: dict[str, bool] = field(default_factory=dict)
    raised: dict[str, bool] = field(default_factory=dict)
    parents: dict[str, str] = field(default_factory=dict)
    flat: set[str] = field(default_factory=set)
    hidden: set[str] = field(default_factory=set)

    def is_struck(self, style: str) -> bool:
        """Tell whether a style strikes out, itself or by those that it follows."""
        return self._said(self.line, style)

    def text(self, style: str) -> list[str]:
        """Return ``struck`` and ``raised`` where a style of a part of a text is so."""
        return [kind for kind, of in (("struck", self.line), ("raised", self.raised)) if self._said(of, style)]

    def _said(self, of: Mapping[str, bool], style: str) -> bool:
        for _ in range(_DEEPEST):
            if style in of or style not in self.parents:
                break
            style = self.parents[style]
        return of.get(style, False)


def own(attributes: Mapping[str, str]) -> dict[str, str]:
    """Return attributes by local name: those of the standard, and ``calcext:`` ones under that prefix."""
    out = {}
    for key, value in attributes.items():
        space, _, local = key.rpartition(" ")
        if space.startswith(_CALC):
            out[f"calcext:{local}"] = value
        elif not space or space.startswith((_OFFICE, "http://www.w3.org/1999/xlink")):
            out[local] = value
    return out


def marks_of(*parts: bytes) -> Marks:
    """Read the styles of ``styles.xml`` and ``content.xml``. Raises Refused for what is no XML."""
    marks = Marks()
    open_style: list[tuple[str, str]] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(" ")[2]
        if local == "style":
            given = own(attributes)
            open_style.append((given.get("name", ""), given.get("family", "")))
            marks.parents[open_style[-1][0]] = given.get("parent-style-name", "")
        elif open_style and local.endswith("-properties"):
            _note(marks, *open_style[-1], own(attributes))

    def end(name: str) -> None:
        if name.rpartition(" ")[2] == "style" and open_style:
            open_style.pop()

    for part in filter(None, parts):
        parse(part, start, end)
    return marks


def _note(marks: Marks, style: str, family: str, given: Mapping[str, str]) -> None:
    lines = [given[k] for k in ("text-line-through-style", "text-line-through-type") if k in given]
    if lines:
        marks.line[style] = any(line != "none" for line in lines)
    if "text-position" in given:
        marks.raised[style] = given["text-position"].split()[0] not in ("0%", "0")
    if family == "table" and given.get("display") == "false":
        marks.hidden.add(style)
    size = given.get("row-height") if family == "table-row" else given.get("column-width")
    if family in ("table-row", "table-column") and size and _NOTHING.fullmatch(size):
        marks.flat.add(style)
