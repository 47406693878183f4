"""What the styles and shared texts of a workbook say of its cells: struck out, raised, or shown as percents.

Belongs here: which formats and texts are so, by their numbers. Does not: which cells have them (sheet_scan), and what that
means (extract).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from assets.intake.package import elements, parse

#: the formats of numbers that every program knows as percents
_USUAL_PERCENTS = {9: 100, 10: 100}
_MAY_BE_PERCENT = re.compile(rb"""numFmtId\s*=\s*["'](?:9|10)["']|&#""")
#: what a parser may cut in a text
_CUT = (b"<!", b"&#", b"_x", b"\x00")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_CODE_PART = re.compile(r'"[^"]*"?|\\.|[_*].|\[[^\]]*\]?|General|.', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Styles:
    """Of the whole workbook: numbers of cell formats that are ``struck`` out, of shared texts with ``marked`` parts, and of those
    of which nothing stands.

    Marked are parts above or below the line, or struck out: a figure with such parts is not the figure that is seen.
    ``percents``: cell formats that show a number with a percent sign, and by what they multiply it. ``texts``: the shared texts,
    where they are spelled so that a parser may cut them; otherwise none.
    """

    struck: frozenset[int] = frozenset()
    marked: frozenset[int] = frozenset()
    struck_texts: frozenset[int] = frozenset()
    percents: Mapping[int, int] = field(default_factory=dict)
    texts: tuple[str, ...] = ()

    def may_tell_of(self, cells: bytes) -> bool:
        """Tell whether a sheet, spelled as usual, may have a cell that is to be told of."""
        formats = self.struck | self.percents.keys()
        return (
            bool(self.marked or self.struck_texts or self.texts)
            or 0 in formats
            or any(b' s="%d"' % n in cells for n in formats)
        )


def styles_of(styles: bytes, shared: bytes) -> Styles:
    """Read both parts; where a few searches tell that there is nothing, no more than whether they are whole. Raises Refused."""
    if shared:  # a text that does not end takes the next one in, and each cell behind it gets another's text
        parse(shared, None, spaces=False)
    cells = styles[styles.find(b"cellXfs") : styles.rfind(b"cellXfs")]
    may_tell = b"strike" in styles or b"%" in styles or _MAY_BE_PERCENT.search(cells)
    struck, percents = _formats(styles) if may_tell else (frozenset[int](), dict[int, int]())
    texts = _texts(shared) if b"vertAlign" in shared or b"strike" in shared else []
    marked = frozenset(i for i, runs in enumerate(texts) if runs.are_marked)
    gone = frozenset(i for i in marked if texts[i].are_struck)
    is_odd = any(spelling in shared for spelling in _CUT)
    return Styles(struck, marked - gone, gone, percents, tuple(_shared_texts(shared)) if is_odd else ())


def _formats(styles: bytes) -> tuple[frozenset[int], dict[int, int]]:
    """Return the numbers of the cell formats that are struck out, and of those that show percents with their factors."""
    fonts: list[bool] = []
    codes: dict[str, str] = {}
    formats: list[tuple[int, str]] = []
    inside: list[str] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(" ")[2]
        inside.append(local)
        if inside[-2:] == ["fonts", "font"]:
            fonts.append(False)
        elif inside[-2:] == ["font", "strike"] and fonts and "fonts" in inside:
            fonts[-1] = is_marked(local, attributes)
        elif inside[-2:] == ["numFmts", "numFmt"]:
            codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif inside[-2:] == ["cellXfs", "xf"]:
            formats.append((number(attributes.get("fontId", "0")), attributes.get("numFmtId", "0")))

    parse(styles, start, lambda _: inside.pop())
    factors = {i: factor for i, (_, code) in enumerate(formats) if (factor := _factor(code, codes))}
    return frozenset(i for i, (font, _) in enumerate(formats) if font < len(fonts) and fonts[font]), factors


def _factor(format_id: str, codes: Mapping[str, str]) -> int | None:
    return percent_factor(codes[format_id]) if format_id in codes else _USUAL_PERCENTS.get(number(format_id))


def percent_factor(code: str) -> int | None:
    """Return by what a format multiplies a number that it shows with a percent sign; None: it shows none, or not always.

    A sign of its own multiplies by 100; one that is quoted or escaped is a text behind the number as it is.
    """
    signs = quoted = digits = 0
    parts = [m[0] for m in _CODE_PART.finditer(code)]
    if any(p[:1] == "[" and p[1:2] in ("<", ">", "=") for p in parts):  # other numbers are shown otherwise
        return None
    for part in parts:
        if part == ";":  # what follows is for negative numbers and zero
            break
        signs += part == "%"
        quoted += "%" in part and part[0] in '"\\'
        digits += part in ("0", "#", "?", "General")
    if signs + quoted != 1 or not digits:
        return None
    return 100 if signs else 1


class Runs:
    """The runs of one text, fed element by element: whether one is raised or struck out, and whether all are struck out."""

    def __init__(self) -> None:
        self.are_marked = False
        self._struck: list[bool] = []
        self._is_struck = False

    @property
    def are_struck(self) -> bool:
        """Whether nothing of the text stands."""
        return bool(self._struck) and all(self._struck)

    def start(self, local: str, attributes: Mapping[str, str]) -> None:
        """Take an element that opens."""
        if local == "r":
            self._is_struck = False
        elif local in ("strike", "vertAlign") and is_marked(local, attributes):
            self.are_marked = True
            self._is_struck |= local == "strike"
        elif local == "t":
            self._struck.append(self._is_struck)


def _texts(shared: bytes) -> list[Runs]:
    found: list[Runs] = []
    for e in elements(shared, ("si", "r", "t", "vertAlign", "strike")):
        if e.name == "si":
            found.append(Runs())
        elif found:
            found[-1].start(e.name, e.attributes)
    return found


def _shared_texts(shared: bytes) -> list[str]:
    """Return the shared texts as they stand, without how they are said."""
    found: list[list[str]] = []
    aside = [False]

    def start(name: str, _: dict[str, str]) -> None:
        local = name.rpartition(" ")[2]
        if local == "si":
            found.append([])
        aside[0] |= local == "rPh"

    def end(name: str) -> None:
        aside[0] &= name.rpartition(" ")[2] != "rPh"

    def text(data: str) -> None:
        if found and not aside[0]:
            found[-1].append(data)

    parse(shared, start, end, text)
    return ["".join(texts) for texts in found]


def decoded(text: str) -> str:
    """Return a text with the characters that Excel writes by their numbers: _x000D_ is a carriage return."""
    return _ESCAPED.sub(lambda m: chr(int(m[1], 16)), text)


def is_marked(local: str, attributes: Mapping[str, str]) -> bool:
    """Tell whether a property of text is set: a strike that is not switched off, a line other than the base line."""
    value = attributes.get("val")
    return value in ("superscript", "subscript") if local == "vertAlign" else value not in ("0", "false")


def number(text: str) -> int:
    """Return the number that a text is; 0 for what is none."""
    return int(text) if text.isdecimal() and len(text) <= 10 else 0
