"""What a paper asks of the published warehouse: its questions' rows, one figure of them, and the source that it came from.

Belongs here: running the queries and finding rows. Does not: sentences and tables (assets.report.resolve), the queries' SQL.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from assets.report import vietnamese
from assets.report.content import NOT_STATED, Figure, Source, Span, Text
from assets.report.declaration import parameters_of
from assets.report.origins import figures_of
from warehouse import query
from warehouse.behind import FigureOf
from warehouse.relation import relations

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import duckdb

    from assets.report.declaration import Paper, Question
    from assets.report.reference import Reference
    from warehouse.past import Past

Row = dict[str, Any]


class PaperError(LookupError):
    """A paper asks for what its questions do not have; the message names paper, question and what there is."""


class Asked:
    """The answers to one paper's questions over one published file, asked when they are first needed, and their sources.

    ``past``: what was known at the release whose figures are asked; None: the newest.
    """

    def __init__(
        self, con: duckdb.DuckDBPyConnection, paper: Paper, parameters: Mapping[str, Any], past: Past | None = None
    ) -> None:
        self._con, self._paper, self.parameters, self._past = con, paper, parameters, past
        self._rows: dict[str, list[Row]] = {}
        self._sources: dict[tuple[str, str, str], Source] = {}

    @property
    def sources(self) -> tuple[Source, ...]:
        """Every source so far, in the order in which they were first used."""
        return tuple(self._sources.values())

    @property
    def queries(self) -> dict[str, str]:
        """The text of every query that was asked."""
        names = {self._paper.question(name).query for name in self._rows}
        return {name: query.text(name) for name in sorted(names)}

    def rows(self, question: str, where: Mapping[str, str] | None = None) -> list[Row]:
        """Return the rows of a question; of those only where each column of ``where`` has that value (@name: of a parameter)."""
        if question not in self._rows:
            name = self._paper.question(question).query
            given = {p: self.parameters[p] for p in parameters_of(name)}
            self._rows[question] = query.rows_as_of(self._con, name, self._past, **given)
        wanted = {column: self._value(text) for column, text in (where or {}).items()}
        return [r for r in self._rows[question] if all(_key_text(r[c]) == v for c, v in wanted.items())]

    def row(self, reference: Reference) -> Row:
        """Return the row that a reference names; an empty one when there is none: nobody stated it. Raises PaperError."""
        asked = self._paper.question(reference.question)
        found = self.rows(asked.name, dict(zip(asked.key, reference.keys, strict=True)))
        if len(found) > 1:
            raise PaperError(
                f"{self._paper.name}: {len(found)} rows of {asked.name} have {reference.keys}; a key names one"
            )
        return found[0] if found else {}

    def value(self, reference: Reference, row: Row) -> Any:
        """Return the reference's column of ``row``; None: nobody stated it. Raises PaperError for an unknown column."""
        if row and reference.column not in row:
            known = ", ".join(row)
            raise PaperError(
                f"{self._paper.name}: {reference.question} has no column {reference.column!r}; it has {known}"
            )
        is_stated = (
            "value" not in row or row["value"] is not None
        )  # what is said of a figure that nobody stated is not stated either
        return row.get(reference.column) if is_stated else None

    def figure(self, reference: Reference, row: Row, form: str) -> Figure:
        """Return the figure of ``row``, which has a value, as ``form`` writes it, with its source."""
        value = row[reference.column]
        shown = vietnamese.FIGURES[form](value)
        asked = self._paper.question(reference.question)
        key = ", ".join(f"{c}={_key_text(row[c])}" for c in asked.key)
        source = self._source(asked, key, reference.column, _label(asked, row, reference.column), shown, row)
        of = self._origins(asked, row, reference.column)
        return Figure(value, shown, source.number, f"{asked.name}({key}).{reference.column}", of)

    def cell(
        self, question: str, row: Row | None, column: str, form: str, source: int, told_by: tuple[str, ...] = ()
    ) -> Span:
        """Return the figure of a table's cell, or what stands where nobody stated one. ``row``: of the question, if any.

        ``told_by``: columns that tell the row from others besides its words, as a year at the head of a column does.
        """
        value = row.get(column) if row else None
        if row is None or value is None:
            return Text(NOT_STATED)
        of = self._origins(self._paper.question(question), row, column)
        # a table's row is told by what says where its figure comes from; else by its words
        words = ((n, v) for n, v in row.items() if n in told_by or (isinstance(v, str | date) and "command" not in n))
        told = (*of[0].key, *([("figure", of[0].column)] if of[0].column != column else [])) if of else words
        key = ", ".join(f"{name}={_key_text(v)}" for name, v in told).replace(";", ",")  # keys are joined by it
        return Figure(value, vietnamese.FIGURES[form](value), source, f"{question}({key}).{column}", of)

    def difference(self, first: Figure, second: Figure) -> Figure:
        """Return how far two figures are apart, as a figure whose source is both."""
        value = abs(first.value - second.value)
        shown = vietnamese.count(round(value, 1))
        key = f"{first.key} - {second.key}"
        label = f"Chênh lệch của [{first.source}] và [{second.source}]"
        source = self._add(("-", key, ""), label, shown, "-", "")
        return Figure(value, shown, source.number, key, (*first.of, *second.of))

    def table_source(self, question: str, label: str) -> Source:
        """Return the source of a table: all rows of its question."""
        asked = self._paper.question(question)
        return self._source(asked, "", "*", label, "", {})

    def _source(self, asked: Question, key: str, column: str, label: str, shown: str, row: Row) -> Source:
        place = (asked.query, key, column if key else label)
        command = str(row.get(f"command_{column}") or "")
        if asked.mart and key:
            command = f"danvan trace {asked.mart} --key {key.replace(', ', ',')} --column {column}"
        return self._add(place, label, shown, asked.query, key, column=column, basis=_basis(row), command=command)

    def _add(self, place: tuple[str, str, str], label: str, shown: str, name: str, key: str, **more: str) -> Source:
        if place not in self._sources:
            given = {} if name == "-" else {p: self.parameters[p] for p in parameters_of(name)}
            told = ", ".join(f"{p} = {v}" for p, v in given.items())
            number = len(self._sources) + 1
            fields = {"column": "", "basis": "", "command": ""} | more
            self._sources[place] = Source(number, label, shown, name, told, key, **fields)
        return self._sources[place]

    def _origins(self, asked: Question, row: Row, column: str) -> tuple[FigureOf, ...]:
        if asked.mart:
            return (FigureOf(asked.mart, tuple((k, row[k]) for k in asked.key), column),)
        return figures_of(asked.query, row, column, self.parameters)

    def _value(self, text: str) -> str:
        return _key_text(self.parameters[text[1:]]) if text.startswith("@") else text


def _key_text(value: Any) -> str:
    """A value as it stands in a reference's key: ``-`` where there is none."""
    return "-" if value is None else str(value)


def _label(asked: Question, row: Row, column: str) -> str:
    if asked.mart:
        return next(c.label for c in relations()[asked.mart].columns if c.name == column)
    return str(row[asked.label]) if asked.label else column


def _basis(row: Row) -> str:
    """On how many reports a figure rests, and which days these cover, where its row says so."""
    if not row.get("reports_used"):
        return ""
    days: Sequence[date] = [d for d in (row["used_from"], row["used_to"]) if d]
    return f"{row['reports_used']} báo cáo, kỳ từ {vietnamese.day(days[0])} đến {vietnamese.day(days[-1])}"
