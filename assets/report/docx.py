"""A paper as a Word document: letterhead, numbered headings, captions, tables with repeated heads, the annex of sources.

Opened in Word or LibreOffice it needs no repair and no network. Written again from equal figures it is the same file.
Does not belong here: what it says (assets.report.content), styles and WordprocessingML (assets.report.docx_parts).
"""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from typing import TYPE_CHECKING, Any

from assets.report import docx_parts as parts
from assets.report.charts import size_on_paper
from assets.report.content import Chart, Figure, Gap, Heading, Items, Paragraph, Report, Span, Spans, Table, Text, shown
from assets.report.docx_table import Cell, table
from assets.report.sources import ANNEX, HEADS, note_of, where_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from docx.document import Document

#: a fixed date in the file's properties and entries: equal figures give equal bytes
_CREATED = datetime(2013, 8, 30)
_ENTRY = (1980, 1, 1, 0, 0, 0)
_TEXT_WIDTH = 160  #: mm between the margins


def as_docx(report: Report, pictures: Mapping[int, bytes]) -> bytes:
    """Return the paper as a .docx file; ``pictures``: PNG of each chart by its number."""
    import docx

    document = docx.Document()
    parts.prepare(document)
    _properties(document, report)
    _page_furniture(document, report)
    _letterhead(document, report)
    for block in report.blocks:
        _block(document, block, pictures)
    _signature(document, report)
    _annex(document, report)
    made = io.BytesIO()
    document.save(made)
    return _settled(made)


def _settled(made: io.BytesIO) -> bytes:
    """The same file with entries that bear no time of day."""
    out = io.BytesIO()
    with zipfile.ZipFile(made) as before, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after:
        for entry in before.infolist():
            kept = zipfile.ZipInfo(entry.filename, _ENTRY)
            kept.compress_type = zipfile.ZIP_DEFLATED
            after.writestr(kept, before.read(entry))
    return out.getvalue()


def _properties(document: Document, report: Report) -> None:
    about = document.core_properties
    about.title, about.author, about.last_modified_by = parts.fit(" ".join(report.title)), "", ""
    about.created = about.modified = _CREATED
    about.language, about.comments = "vi-VN", ""


def _page_furniture(document: Document, report: Report) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    section = document.sections[0]
    top = section.header.paragraphs[0]
    top.alignment = WD_ALIGN_PARAGRAPH.CENTER
    parts.field(top, "PAGE", "2")
    for footer in (section.footer, section.first_page_footer):
        footer.paragraphs[0].style = document.styles["Note Text"]
        footer.paragraphs[0].add_run(parts.fit(report.standing))


def _letterhead(document: Document, report: Report) -> None:
    """Two columns: whose paper it is on the left, the motto, place and day on the right; then the title."""
    head = report.letterhead
    left, right = _side_by_side(document).rows[0].cells
    _centred(left, (head.superior,))
    _centred(left, (head.issuer,), bold=True)
    if head.separator:
        _centred(left, head.separator)
    _centred(left, (Text("Số "), Gap("số"), Text(head.number), Gap("ký hiệu")))
    for line in head.motto:
        _centred(right, line, bold=True)
    _centred(right, head.place, italic=True)
    for cell in (left, right):
        cell._tc.remove(cell.paragraphs[0]._p)
    document.add_paragraph()
    for line in report.title:
        document.add_paragraph(parts.fit(line), style="Title")
    standing = document.add_paragraph(style="Note Text")
    standing.alignment = _centre()
    standing.add_run(parts.fit(report.standing))


def _signature(document: Document, report: Report) -> None:
    head = report.letterhead
    document.add_paragraph()
    left, right = _side_by_side(document).rows[0].cells
    left.paragraphs[0].style = document.styles["Note Text"]
    left.paragraphs[0].add_run("Nơi nhận:").bold = True
    below: list[Span] = [Gap("nơi nhận"), *map(Text, head.recipients)]
    for line in below:
        paragraph = left.add_paragraph(style="Note Text")
        _write(paragraph, (Text("- "), line))
    for words in head.signs:
        _centred(right, words, bold=True)
    _centred(right, (Gap("chức vụ người ký"),), bold=True)
    for _ in range(3):
        _centred(right, "")
    _centred(right, (Gap("họ và tên"),), bold=True)
    right._tc.remove(right.paragraphs[0]._p)


def _side_by_side(document: Document) -> Any:
    from docx.shared import Mm

    held = document.add_table(1, 2)
    held.autofit = False
    parts.without_borders(held)
    for cell, width in zip(held.rows[0].cells, (76, 84), strict=True):
        cell.width = Mm(width)
    return held


def _block(document: Document, block: Any, pictures: Mapping[int, bytes]) -> None:
    if isinstance(block, Heading):
        heading = document.add_heading(parts.fit(block.text), block.level)
        if not block.numbered:
            parts.unnumbered(heading)
    elif isinstance(block, Paragraph):
        _write(document.add_paragraph(style="Body Text"), block.spans)
    elif isinstance(block, Items):
        for n, item in enumerate(block.items, start=1):
            _write(document.add_paragraph(style="Body Text"), (Text(f"({n}) "), *item))
    elif isinstance(block, Table):
        _table(document, block)
    elif isinstance(block, Chart):
        _chart(document, block, pictures[block.number])


def _table(document: Document, block: Table) -> None:
    _caption(document, "Bảng", block.number, block.caption)
    rows = [[Cell(shown(s), h.align) for s, h in zip(row, block.heads, strict=True)] for row in block.rows]
    _place(document, table([h.label for h in block.heads], [h.width for h in block.heads], rows, _TEXT_WIDTH))
    document.add_paragraph(parts.fit(block.note), style="Note Text")


def _place(document: Document, made: Any) -> None:
    document.element.body.insert_element_before(made, "w:sectPr")


def _chart(document: Document, block: Chart, picture: bytes) -> None:
    from docx.shared import Mm

    width, _ = size_on_paper(picture)
    shape = document.add_paragraph().add_run().add_picture(io.BytesIO(picture), width=Mm(width))
    words = "".join(map(shown, block.alternative))
    shape._inline.docPr.set("descr", parts.fit(words))
    document.paragraphs[-1].paragraph_format.keep_with_next = True
    _caption(document, "Hình", block.number, block.caption, keep=False)
    _write(document.add_paragraph(style="Body Text"), block.alternative)


def _caption(document: Document, kind: str, number: int, words: str, *, keep: bool = True) -> None:
    paragraph = document.add_paragraph(style="Caption")
    paragraph.paragraph_format.keep_with_next = keep
    paragraph.add_run(f"{kind} ")
    parts.field(paragraph, f"SEQ {kind} \\* ARABIC", str(number))
    paragraph.add_run(parts.fit(f". {words}"))


def _annex(document: Document, report: Report) -> None:
    """Where each figure comes from; the figures of the text lead here."""
    document.add_page_break()  # type: ignore[no-untyped-call]
    parts.unnumbered(document.add_heading(f"Phụ lục. {ANNEX}", 1))
    rows = []
    for source in report.sources:
        mark = (anchor(source.number), source.number)
        told = (Cell(source.label), Cell(source.shown, "right"), Cell(where_of(source)))
        rows.append([Cell(str(source.number), "right", mark), *told])
    _place(document, table([label for label, _ in HEADS], [width for _, width in HEADS], rows, _TEXT_WIDTH))
    document.add_paragraph(parts.fit(note_of(report)), style="Note Text")


def anchor(number: int) -> str:
    """Return the name of the place of a source in the annex."""
    return f"nguon_{number}"


def _write(paragraph: Any, spans: Spans | Sequence[Span]) -> None:
    from docx.enum.text import WD_COLOR_INDEX

    for span in spans:
        if isinstance(span, Figure):
            parts.link(paragraph, span.shown, anchor(span.source))
        elif isinstance(span, Gap):
            paragraph.add_run(parts.fit(f"[{span.prompt}]")).font.highlight_color = WD_COLOR_INDEX.YELLOW
        else:
            paragraph.add_run(parts.fit(span.text))


def _centred(cell: Any, what: str | Sequence[Span], *, bold: bool = False, italic: bool = False) -> None:
    from docx.shared import Pt

    paragraph = cell.add_paragraph()
    paragraph.alignment = _centre()
    paragraph.paragraph_format.space_after = Pt(0)
    _write(paragraph, (Text(what),) if isinstance(what, str) else what)
    for run in paragraph.runs:
        run.bold, run.italic, run.font.size = bold, italic, Pt(13)


def _centre() -> Any:
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    return WD_ALIGN_PARAGRAPH.CENTER
