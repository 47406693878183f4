"""What a paper says, whatever form it is drawn in: a small tree of blocks whose figures know where they come from.

Belongs here: the tree. Does not: how it is made (assets.report.resolve), how it is drawn (docx, html, xlsx).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from warehouse.behind import Behind, FigureOf

#: what stands in a table where nobody stated a figure, as Vietnamese statistics print it; never 0
NOT_STATED = "…"


@dataclass(frozen=True, slots=True)
class Text:
    """Words; ``is_constant`` when a numeral in them is no figure: a day, the number of a document, a name."""

    text: str
    is_constant: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """A published figure: its value, as it is written, and the source that it comes from (``Source.number``).

    ``key`` tells it from every other figure of the paper; ``of``: the figures of marts that it is, or is worked out of.
    """

    value: Any
    shown: str
    source: int
    key: str
    of: tuple[FigureOf, ...] = ()


@dataclass(frozen=True, slots=True)
class Gap:
    """What is not there: a figure that nobody stated, or words that people have yet to write."""

    prompt: str


Span = Text | Figure | Gap
Spans = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; ``level`` from 1. ``numbered``: the form counts it (I., II. on level 1; 1., 2. on level 2)."""

    level: int
    text: str
    numbered: bool = True


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Sentences that stand together."""

    spans: Spans


@dataclass(frozen=True, slots=True)
class Items:
    """A numbered list."""

    items: tuple[Spans, ...]


@dataclass(frozen=True, slots=True)
class Head:
    """Head of a table's column; figures stand to the right, texts to the left. ``width``: its share of the page."""

    label: str
    align: Literal["left", "right"]
    width: float


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its caption; ``sheet`` is its name as a sheet of a workbook, ``source`` that of its rows."""

    number: int
    caption: str
    sheet: str
    heads: tuple[Head, ...]
    rows: tuple[tuple[Span, ...], ...]
    source: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart, what it shows in words for who cannot see it, and the rows that it is drawn from (a table beside it has them)."""

    number: int
    caption: str
    spec: str
    rows: tuple[Mapping[str, Any], ...] = field(hash=False)
    alternative: Spans


Block = Heading | Paragraph | Items | Table | Chart


@dataclass(frozen=True, slots=True)
class Source:
    """Where a figure or a table comes from: which rows of which query with which parameters, and how to ask for the cells."""

    number: int
    label: str
    shown: str
    query: str
    parameters: str
    key: str
    column: str
    basis: str = ""
    command: str = ""


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What stands above and below an office paper; a Gap where it is not known. ``motto``: the lines on the right."""

    superior: Span
    issuer: Span
    separator: str
    number: str
    motto: tuple[str, ...]
    place: Spans
    signs: tuple[str, ...]
    recipients: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """One paper. ``constants``: numerals of its texts that are no figures; ``cells``: those behind its figures, where asked for."""

    name: str
    title: tuple[str, ...]
    standing: str
    letterhead: Letterhead
    blocks: tuple[Block, ...]
    sources: tuple[Source, ...]
    queries: Mapping[str, str] = field(hash=False)
    constants: tuple[str, ...] = ()
    cells: Mapping[FigureOf, Behind] = field(default_factory=dict, hash=False)

    def tables(self) -> list[Table]:
        """Return the tables in their order."""
        return [b for b in self.blocks if isinstance(b, Table)]

    def spans(self) -> Iterator[Span]:
        """Yield every piece of text and figure in the order of reading."""
        for block in self.blocks:
            yield from _spans_of(block)

    def figures(self) -> list[Figure]:
        """Return every figure in the order of reading."""
        return [s for s in self.spans() if isinstance(s, Figure)]


def _spans_of(block: Block) -> Iterator[Span]:
    if isinstance(block, Heading):
        yield Text(block.text)
    elif isinstance(block, Paragraph):
        yield from block.spans
    elif isinstance(block, Chart):
        yield from (Text(block.caption), *block.alternative)
    else:
        lines: Sequence[Spans] = block.items if isinstance(block, Items) else block.rows
        for line in lines:
            yield from line


def shown(span: Span) -> str:
    """Return what a reader sees of a span; a gap stands in brackets."""
    if isinstance(span, Text):
        return span.text
    return span.shown if isinstance(span, Figure) else f"[{span.prompt}]"
