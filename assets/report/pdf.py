"""A paper as PDF, set by typst: the optional extra ``pdf``. Its content goes in as data, so no text of it is markup.

Does not belong here: what the paper says (assets.report.content), its look (pages/report.typ).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from assets.report.charts import size_on_paper
from assets.report.content import Chart, Figure, Gap, Heading, Items, Paragraph, Report, Span, Table, shown
from assets.report.sources import HEADS, note_of, where_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_TEMPLATE = Path(__file__).parent / "pages" / "report.typ"


class NoTypstError(ImportError):
    """The form pdf needs the optional extra; the message says how to get it."""


def as_pdf(report: Report, pictures: Mapping[int, str]) -> bytes:
    """Return the paper as a .pdf file; ``pictures``: SVG of each chart by its number. Raises NoTypstError."""
    import orjson

    try:
        import typst
    except ImportError as e:
        raise NoTypstError("the form pdf needs typst: pip install 'danvan[pdf]', or ask for another --format") from e
    content = orjson.dumps(compiled(report, pictures)).decode()
    made: bytes = typst.compile(_TEMPLATE.read_bytes(), format="pdf", sys_inputs={"report": content})
    return made


def compiled(report: Report, pictures: Mapping[int, str]) -> dict[str, Any]:
    """Return what typst compiles: every text and figure that stands in the file, beside the words of the template."""
    head = report.letterhead
    return {
        "title": report.title,
        "standing": report.standing,
        "letterhead": {
            "superior": _spans([head.superior]),
            "issuer": _spans([head.issuer]),
            "separator": head.separator,
            "number": head.number,
            "motto": head.motto,
            "place": _spans(head.place),
            "signs": head.signs,
            "recipients": head.recipients,
        },
        "blocks": [_block(block, pictures) for block in report.blocks],
        "annex": {
            "heads": [{"label": label, "align": "left", "width": width} for label, width in HEADS],
            "rows": [
                {"number": s.number, "label": s.label, "shown": s.shown, "where": where_of(s)} for s in report.sources
            ],
            "note": note_of(report),
        },
    }


def _block(block: Heading | Paragraph | Items | Table | Chart, pictures: Mapping[int, str]) -> dict[str, Any]:
    if isinstance(block, Heading):
        return {"kind": "heading", "level": block.level, "text": block.text, "numbered": block.numbered}
    if isinstance(block, Paragraph):
        return {"kind": "paragraph", "spans": _spans(block.spans)}
    if isinstance(block, Items):
        return {"kind": "items", "items": [_spans(item) for item in block.items]}
    if isinstance(block, Chart):
        words = "".join(map(shown, block.alternative))
        mm, _ = size_on_paper(pictures[block.number])
        picture = {
            "picture": pictures[block.number],
            "mm": mm,
            "alternative": words,
            "spans": _spans(block.alternative),
        }
        return {"kind": "chart", "caption": block.caption, **picture}
    heads = [{"label": h.label, "align": h.align, "width": h.width} for h in block.heads]
    rows = [[shown(span) for span in row] for row in block.rows]
    return {"kind": "table", "caption": block.caption, "heads": heads, "rows": rows, "note": block.note}


def _spans(spans: Sequence[Span]) -> list[dict[str, Any]]:
    return [_span(span) for span in spans]


def _span(span: Span) -> dict[str, Any]:
    if isinstance(span, Figure):
        return {"kind": "figure", "text": span.shown, "source": span.source}
    if isinstance(span, Gap):
        return {"kind": "gap", "text": span.prompt}
    return {"kind": "text", "text": span.text}
