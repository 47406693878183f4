"""The look of a Word paper: styles, numbered headings, page, and the parts of WordprocessingML that python-docx has no words for.

Layout after Hướng dẫn 36-HD/VPTW and Decree 30/2020/NĐ-CP, appendix I: A4, margins 20, 20, 30 and 20 mm, Times New Roman, the text
14 points, the page number in the middle of the top margin from the second page.
Does not belong here: what the paper says (assets.report.docx).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from docx.document import Document

FONT = "Times New Roman"
_BODY, _TABLE, _SMALL = 14, 10, 10
_NUMBERING = 77  #: the number of our list definitions; a new document of python-docx has lower ones
#: what XML cannot hold: it is shown as its picture's place, U+FFFD
_UNFIT = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def fit(text: str) -> str:
    """Return ``text`` as XML can hold it: control signs of a sender's text do not stop a paper."""
    return _UNFIT.sub("\ufffd", text)


def prepare(document: Document) -> None:
    """Give a new document its page, styles and numbering."""
    from docx.shared import Mm

    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin = section.bottom_margin = section.right_margin = Mm(20)
    section.left_margin = Mm(30)
    section.header_distance = section.footer_distance = Mm(10)
    section.different_first_page_header_footer = True
    _styles(document)
    _number_headings(document)


def _styles(document: Document) -> None:
    from docx.enum.style import WD_STYLE_TYPE
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Mm, Pt

    _font(document.styles["Normal"], _BODY)
    body = document.styles["Body Text"]
    body.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    body.paragraph_format.first_line_indent = Mm(10)
    body.paragraph_format.space_after = Pt(6)
    for level in (1, 2):
        style = document.styles[f"Heading {level}"]
        _font(style, _BODY, bold=True, italic=level > 1)
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(10), Pt(4)
        style.paragraph_format.keep_with_next = True
    _font(document.styles["Title"], _BODY, bold=True)
    document.styles["Title"].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    document.styles["Title"].paragraph_format.space_after = Pt(0)
    border = document.styles["Title"].element.pPr.find(qn("w:pBdr"))
    if border is not None:
        document.styles["Title"].element.pPr.remove(border)
    caption = document.styles["Caption"]
    _font(caption, _TABLE + 2, bold=True)
    caption.paragraph_format.keep_with_next = True
    caption.paragraph_format.space_before = Pt(8)
    _font(document.styles["List Number"], _BODY)
    for name, size, italic in (("Table Text", _TABLE, False), ("Note Text", _SMALL, True)):
        style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = document.styles["Normal"]
        _font(style, size, italic=italic)
        style.paragraph_format.space_after = Pt(0)
    document.styles["Note Text"].paragraph_format.space_after = Pt(8)


def _font(style: Any, points: int, *, bold: bool = False, italic: bool = False) -> None:
    from docx.shared import Pt, RGBColor

    style.font.name, style.font.size = FONT, Pt(points)
    style.font.bold, style.font.italic = bold, italic
    style.font.color.rgb = RGBColor(0, 0, 0)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for name in [n for n in fonts.attrib if n.endswith("Theme")]:  # a theme's font would win over the name
        del fonts.attrib[name]
    for kind in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{kind}"), FONT)


def _number_headings(document: Document) -> None:
    """Let Word count the headings: I., II. on the first level, 1., 2. on the second."""
    numbering = document.part.numbering_part.element
    abstract = make("w:abstractNum", abstractNumId=_NUMBERING)
    abstract.append(make("w:multiLevelType", val="multilevel"))
    for level, (kind, text) in enumerate((("upperRoman", "%1."), ("decimal", "%2."))):
        part = make("w:lvl", ilvl=level)
        values = (
            ("start", 1),
            ("numFmt", kind),
            ("pStyle", f"Heading{level + 1}"),
            ("suff", "space"),
            ("lvlText", text),
        )
        for name, value in values:
            part.append(make(f"w:{name}", val=value))
        abstract.append(part)
    numbering.insert(0, abstract)
    number = make("w:num", numId=_NUMBERING)
    number.append(make("w:abstractNumId", val=_NUMBERING))
    numbering.append(number)
    for level in (0, 1):
        _in_list(document.styles[f"Heading {level + 1}"].element.get_or_add_pPr(), _NUMBERING, level)


def _in_list(properties: Any, number: int, level: int) -> None:
    listed = properties.get_or_add_numPr()
    listed.get_or_add_ilvl().val = level
    listed.get_or_add_numId().val = number


def unnumbered(paragraph: Any) -> None:
    """Take a heading out of the count: its ordinal is said in words."""
    _in_list(paragraph._p.get_or_add_pPr(), 0, 0)


def qn(name: str) -> str:
    """Return the full name of ``w:name``."""
    from docx.oxml.ns import qn as full

    return str(full(name))


def make(tag: str, text: str | None = None, **attributes: object) -> Any:
    """Return a new element ``tag`` with ``w:`` attributes."""
    from docx.oxml import OxmlElement

    element = OxmlElement(tag)
    for key, value in attributes.items():
        element.set(qn(f"w:{key}"), str(value))
    if text is not None:
        element.text = text
        element.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    return element


def field(paragraph: Any, code: str, shown: str) -> None:
    """Add a field that Word counts itself; ``shown`` is what stands there until it does."""
    simple = make("w:fldSimple", instr=code)
    simple.append(run_of(shown))
    paragraph._p.append(simple)


def link(paragraph: Any, text: str, anchor: str) -> None:
    """Add ``text`` that leads to the bookmark ``anchor``; it looks like the words around it."""
    element = make("w:hyperlink", anchor=anchor)
    element.append(run_of(text))
    paragraph._p.append(element)


def run_of(text: str, *, bold: bool = False) -> Any:
    """Return a run of ``text``."""
    run = make("w:r")
    if bold:
        run.append(make("w:rPr"))
        run[0].append(make("w:b"))
    run.append(make("w:t", fit(text)))
    return run


def without_borders(table: Any) -> None:
    """Let a table only hold things side by side, on one page."""
    for row in table.rows:
        row._tr.get_or_add_trPr().append(make("w:cantSplit"))
    borders = make("w:tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        borders.append(make(f"w:{side}", val="nil"))
    table._tbl.tblPr.find(qn("w:tblW")).addnext(borders)
