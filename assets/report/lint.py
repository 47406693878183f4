"""Every numeral of a finished paper is a figure of its content, at its place and of equal value, or a declared constant.

A constant is a day, the number of a document, a name of the register, the head of a table's column, how settled the figures are.
Walks the HTML and the Word form as a reader opens them (workbooks and PDF: lint_xlsx, lint_pdf); the annex and the cells behind
figures, which only repeat the sources, and numbers that the form itself counts (headings, captions, pages) are passed over.
Does not belong here: numerals in declared sentences (assets.report.declaration refuses them).
"""

from __future__ import annotations

import io
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

from assets.report.content import Report, Table, Text, shown
from assets.report.docx import anchor
from assets.report.docx_parts import fit, qn
from assets.report.sources import ANNEX

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_NUMERAL = re.compile(r"\d+(?:[.,]\d+)*")
_COUNTED = re.compile(r"(?:Bảng|Hình) \d+\. |\(\d+\) ")
_VOID = ("meta", "br", "link", "img", "hr")
_UNSEEN = ("style", "svg", "details")
#: parts of a page that say again where figures come from
_REPEATING = ("annex", "cells")


def unresolved_html(content: bytes, report: Report) -> list[str]:
    """Return what is no figure and no constant in an HTML paper: each numeral with the text that it stands in."""
    walker = _Page()
    walker.feed(content.decode("utf-8"))
    return [*_wrong_figures(walker.figures, report), *typed(walker.words, report)]


def unresolved_docx(content: bytes, report: Report) -> list[str]:
    """Return what is no figure and no constant in a Word paper: each numeral with the text that it stands in."""
    import docx

    body = docx.Document(io.BytesIO(content)).element.body
    figures: list[tuple[str, str]] = []
    words: list[str] = []
    wrong: list[str] = []
    tables = iter(report.tables())
    for element in body:
        text = _words(element)
        if text.endswith(ANNEX):
            break
        if element.tag.endswith("}tbl"):
            if element.tblPr.find(_w("tblStyle")) is not None and _style(element) == "TableGrid":
                wrong += _different(element, next(tables))
        else:
            figures += [(_anchor(link), _words(link)) for link in element.iter(_w("hyperlink"))]
            counted = (_w("hyperlink"), _w("fldSimple"))
            words.append("".join(_words(e) for e in element if e.tag not in counted))
    known = {(anchor(f.source), f.shown) for f in report.figures()}
    wrong += [f"{text!r} at {place}" for place, text in figures if (place, text) not in known]
    return [*wrong, *typed(words, report)]


def _different(element: Any, table: Table) -> list[str]:
    """The cells of a table of the paper that are not those of the content."""
    found = [[_words(c) for c in row.findall(_w("tc"))] for row in element.findall(_w("tr"))][1:]
    return different(found, [[fit(shown(s)) for s in row] for row in table.rows])


def different(found: Sequence[Sequence[str]], expected: Sequence[Sequence[str]]) -> list[str]:
    """Return the cells of a table that are not the expected ones, each with what it should be. Raises ValueError for other rows."""
    return [
        f"{a!r} for {b!r}"
        for line, right in zip(found, expected, strict=True)
        for a, b in zip(line, right, strict=True)
        if a != b
    ]


def _wrong_figures(figures: Iterable[tuple[str, str]], report: Report) -> list[str]:
    known = {(f.key, f.shown) for f in report.figures()}
    return [f"{text!r} at {key}" for key, text in figures if (key, text) not in known]


def typed(words: Iterable[str], report: Report, besides: Iterable[str] = ()) -> list[str]:
    """Return each numeral among ``words`` that stands in no declared constant, nor in one of ``besides``."""
    constants = sorted(map(fit, {*_constants(report), *besides} - {""}), key=len, reverse=True)
    out = []
    for text in words:
        bare = _COUNTED.sub(" ", fit(text))
        for constant in constants:
            bare = bare.replace(constant, " ")
        out += [f"{numeral!r} in {text!r}" for numeral in _NUMERAL.findall(bare)]
    return out


def _constants(report: Report) -> set[str]:
    named = {s.text for s in report.spans() if isinstance(s, Text) and s.is_constant}
    heads = {head.label for table in report.tables() for head in table.heads}
    captions = {table.caption for table in report.tables()}
    return {*named, *heads, *captions, *report.title, *report.constants, report.standing}


class _Page(HTMLParser):
    """The figures of a page with their keys, and its other words."""

    def __init__(self) -> None:
        super().__init__()
        self.figures: list[tuple[str, str]] = []
        self.words: list[str] = []
        self._open: list[tuple[str, str | None, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _VOID:
            about = dict(attrs)
            self._open.append((tag, about.get("data-key"), tag in _UNSEEN or about.get("class") in _REPEATING))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if any(is_unseen for *_, is_unseen in self._open):
            return
        key = self._open[-1][1] if self._open else None
        if key:
            self.figures.append((key, data))
        else:
            self.words.append(data)


def _words(element: Any) -> str:
    return "".join(text.text or "" for text in element.iter(_w("t")))


def _w(name: str) -> str:
    return qn(f"w:{name}")


def _style(element: Any) -> str:
    return str(element.tblPr.find(_w("tblStyle")).get(_w("val")))


def _anchor(link: Any) -> str:
    return str(link.get(_w("anchor")))
