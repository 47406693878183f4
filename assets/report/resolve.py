"""A paper's declaration and the published warehouse become one content: every sentence with its figures, every table with its rows.

Belongs here: sentences, lists, tables, charts. Does not: asking the warehouse (assets.report.asked), drawing (docx, html, xlsx).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

from assets.report import vietnamese
from assets.report.asked import Asked
from assets.report.content import (
    NOT_STATED,
    Block,
    Chart,
    Figure,
    Gap,
    Head,
    Heading,
    Items,
    Paragraph,
    Report,
    Span,
    Spans,
    Table,
    Text,
    shown,
)
from assets.report.letterhead import letterhead
from assets.report.reference import ROW, Placeholder, Reference, pieces
from warehouse.codes import labels
from warehouse.relation import relations

if TYPE_CHECKING:
    from collections.abc import Mapping

    import duckdb

    from assets.report.asked import Row
    from assets.report.declaration import Across, BlockOf, ChartOf, ColumnOf, ItemsOf, Paper, Sentence, TableOf
    from warehouse.past import Past

_NOT_STATED = "chưa có số liệu"


def resolve(
    con: duckdb.DuckDBPyConnection,
    paper: Paper,
    parameters: Mapping[str, Any],
    standing: str,
    day: date,
    past: Past | None = None,
) -> Report:
    """Return what ``paper`` says of the published file that ``con`` reads. ``day``: of whom it is the paper on that day.

    ``past``: the paper says what was known then.

    Raises PaperError for a declaration that asks for what its questions do not have.
    """
    asked = Asked(con, paper, parameters, past)
    return _Resolver(paper, asked).report(standing, letterhead(con, paper.number, day, past))


class _Resolver:
    """One paper over one published file."""

    def __init__(self, paper: Paper, asked: Asked) -> None:
        self._paper, self._parameters, self._asked = paper, asked.parameters, asked
        self._tables = self._charts = 0

    def report(self, standing: str, head: Any) -> Report:
        blocks = tuple(self._blocks())
        title = tuple("".join(shown(s) for s in self._spans(line)) for line in self._paper.title)
        asked = self._asked
        return Report(
            self._paper.name, title, standing, head, blocks, asked.sources, asked.queries, self._paper.constants
        )

    def _blocks(self) -> Iterator[Block]:
        for section in self._paper.sections:
            heading = "".join(shown(s) for s in self._spans(section.heading))
            ordinal = f"{section.ordinal}, " if section.ordinal else ""
            yield Heading(section.level, f"{ordinal}{heading}", numbered=not ordinal)
            for block in section.blocks:
                yield from self._block(block)

    def _block(self, block: BlockOf) -> Iterator[Block]:
        if block.gap:
            yield Paragraph((Gap(block.gap),))
        elif block.table:
            yield self._table(block.table)
        elif block.chart:
            yield from self._chart(block.chart)
        elif block.items:
            yield from self._items(block.items)
        elif spans := _joined([s for s in map(self._sentence, block.paragraph) if s]):
            yield Paragraph(spans)

    # sentences ------------------------------------------------------------------------------------------------------------------

    def _sentence(self, sentence: Sentence) -> Spans:
        """The sentence with its figures; nothing when one is missing and it is to be left out then, or when there is none of it."""
        if sentence.unless_none_of:
            (whole,) = self._spans(f"{{{sentence.unless_none_of}|count}}")
            if isinstance(whole, Gap) or (isinstance(whole, Figure) and whole.value == 0):
                return ()
        spans = self._spans(sentence.say)
        first = next((s for s in spans if isinstance(s, Figure | Gap)), None)
        if sentence.zero and isinstance(first, Figure) and first.value == 0:  # a gap is no nought
            spans = self._spans(sentence.zero)
        is_missing = any(isinstance(s, Gap) for s in spans)
        return () if is_missing and sentence.missing == "leave_out" else spans

    def _spans(self, text: str, row: Row | None = None) -> Spans:
        return tuple(span for piece in pieces(text) for span in self._piece(piece, row))

    def _piece(self, piece: str | Placeholder, row: Row | None) -> list[Span]:
        if isinstance(piece, str):
            return [Text(piece)]
        if not piece.of:
            return [_parameter(self._parameters[piece.name])]
        first, *others = (self._found(of, row) for of in piece.of)
        if piece.form == "stated":
            return self._stated(first, others[0])
        if piece.form == "change":
            return self._change(first, others[0])
        return [self._one(first, piece.form)]

    def _found(self, of: Reference, row: Row | None) -> tuple[Reference, Row]:
        return (of, row or {}) if of.question == ROW else (of, self._asked.row(of))

    def _one(self, found: tuple[Reference, Row], form: str) -> Span:
        of, row = found
        value = self._asked.value(of, row)
        if value is None:
            return Gap(_NOT_STATED)
        if form in vietnamese.TEXTS:
            return Text(vietnamese.TEXTS[form](value), is_constant=True)
        return self._asked.figure(of, row, form)

    def _stated(self, stated: tuple[Reference, Row], computed: tuple[Reference, Row]) -> list[Span]:
        """A rate as it was stated; the computed one beside it where it differs in digits, or alone where none was stated."""
        values = [self._asked.value(*found) for found in (stated, computed)]
        if None not in values and vietnamese.rounded(values[1]) == vietnamese.rounded(values[0]):
            return [self._one(stated, "stated_percent")]
        if values[1] is None:
            return [self._one(stated, "stated_percent")]
        beside: list[Span] = [Text("tính từ số liệu: "), self._one(computed, "percent")]
        return beside if values[0] is None else [self._one(stated, "stated_percent"), Text("; "), *beside]

    def _change(self, now: tuple[Reference, Row], before: tuple[Reference, Row]) -> list[Span]:
        """How a figure went: tăng or giảm by how much, or không thay đổi."""
        first, second = (self._one(found, "count") for found in (now, before))
        if not isinstance(first, Figure) or not isinstance(second, Figure):
            return [Gap("chưa so sánh được")]
        if first.value == second.value:
            return [Text("không thay đổi")]
        return [Text("tăng " if first.value > second.value else "giảm "), self._asked.difference(first, second)]

    # blocks ---------------------------------------------------------------------------------------------------------------------

    def _items(self, declared: ItemsOf) -> Iterator[Block]:
        named = [self._named(row, declared.codes or {}) for row in self._asked.rows(declared.question, declared.where)]
        items = tuple(dict.fromkeys(self._spans(declared.say, row) for row in named))
        if items:
            yield Items(items)
        elif declared.empty:
            yield Paragraph((Gap(declared.empty),))

    def _named(self, row: Row, codes: Mapping[str, str]) -> Row:
        return row | {column: labels(name).get(row[column], row[column]) for column, name in codes.items()}

    def _table(self, declared: TableOf) -> Table:
        rows = self._asked.rows(declared.question, declared.where)
        heads = [_head(c.label, c.form, c.width) for c in declared.columns]
        lines: dict[tuple[Any, ...], dict[Any, Any]] = {}
        across = declared.across
        for row in rows:  # rows that are equal in the columns are one line of a table that has columns across
            place = tuple(row[c.column] for c in declared.columns) if across else (len(lines),)
            lines.setdefault(place, row if not across else {c.column: row[c.column] for c in declared.columns})
            if across:
                lines[place][("across", row[across.column])] = row
        places = _places(rows, across) if across else {}
        if across:
            form = "text" if across.value_codes else across.form
            heads += [_head(label, form, across.width) for label in places.values()]
        source = self._asked.table_source(declared.question, declared.caption).number
        of = declared.question
        told_by = tuple(c.column for c in declared.columns if c.codes or c.labels_of or c.form in vietnamese.TEXTS)
        body = tuple(
            (
                *(self._cell(line, c, of, source, told_by) for c in declared.columns),
                *(self._across_cell(line.get(("across", y)), across, of, source, told_by) for y in places if across),
            )
            for line in lines.values()
        )
        self._tables += 1
        note = declared.note if body else declared.empty
        return Table(self._tables, declared.caption, declared.sheet, tuple(heads), body, source, note)

    def _cell(self, line: Row, column: ColumnOf, question: str, source: int, told_by: tuple[str, ...]) -> Span:
        value = line[column.column]
        if column.codes and value is not None:
            return Text(labels(column.codes).get(value, str(value)), is_constant=True)
        if column.labels_of:
            known = {c.name: c.label for c in relations()[column.labels_of].columns}
            return Text(known[str(value)], is_constant=True)
        if column.form in vietnamese.TEXTS:
            return Text(NOT_STATED if value is None else vietnamese.TEXTS[column.form](value), is_constant=True)
        return self._asked.cell(question, line, column.column, column.form, source, told_by)

    def _across_cell(
        self, row: Row | None, across: Across, question: str, source: int, told_by: tuple[str, ...]
    ) -> Span:
        value = row[across.value] if row else None
        if across.value_codes and value is not None:
            return Text(labels(across.value_codes).get(value, str(value)), is_constant=True)
        return self._asked.cell(question, row, across.value, across.form, source, (*told_by, across.column))

    def _chart(self, declared: ChartOf) -> Iterator[Chart]:
        rows = [self._named(row, declared.codes or {}) for row in self._asked.rows(declared.question, declared.where)]
        fields, blank = declared.fields, declared.blank
        drawn = tuple({n: row[n] for n in (*fields, *blank)} for row in rows if None not in [row[n] for n in fields])
        if drawn and (not blank or any(row[name] is not None for row in drawn for name in blank)):
            self._charts += 1
            yield Chart(self._charts, declared.caption, declared.spec, drawn, self._spans(declared.say))


def _places(rows: list[Row], across: Across) -> dict[Any, str]:
    """The values that columns are made of, with their heads: codes in the order of their list, others in their own."""
    found = {row[across.column]: row[across.order or across.column] for row in rows if row[across.column] is not None}
    if across.codes:
        return {code: label for code, label in labels(across.codes).items() if code in found}
    return {value: str(value) for value in sorted(found, key=lambda v: found[v])}


def _head(label: str, form: str, width: float) -> Head:
    return Head(label, "left" if form in vietnamese.TEXTS else "right", width)


def _parameter(value: Any) -> Span:
    if value is None:
        return Gap("chưa xác định")
    return Text(vietnamese.day(value) if isinstance(value, date) else str(value), is_constant=True)


def _joined(sentences: list[Spans]) -> Spans:
    """Sentences of a paragraph with a space between them."""
    spans: list[Span] = []
    for sentence in sentences:
        spans += [Text(" "), *sentence] if spans else sentence
    return tuple(spans)
