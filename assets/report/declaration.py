"""Papers, declared once: the YAML files of ``assets/report/papers`` as typed objects, checked when they are loaded.

Belongs here: what a paper consists of, and what its declaration must fulfil. Does not: what it says of which warehouse
(assets.report.resolve).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from assets.report.charts import SEGMENT, over_breaks
from assets.report.declared_texts import texts, typed_numerals
from assets.report.reference import ROW, Placeholder, pieces
from assets.report.vietnamese import FIGURES, TEXTS
from warehouse import query
from warehouse.check import At, Declared, build
from warehouse.codes import code_list_names
from warehouse.source import Source, per_root

PAPERS = "assets/report/papers"
CHARTS = "assets/report/charts"
#: what a workbook lets a sheet be called
_SHEET = re.compile(r"[^\[\]:*?/\\]{1,31}")
_PARAMETER = re.compile(r"\$([a-z_]+)")

#: what a sentence does when nobody stated a figure of it: it says so at that place, or it is not there
Missing = Literal["mark", "leave_out"]


@dataclass(frozen=True, slots=True)
class Question(Declared):
    """A query of ``warehouse/queries``; ``key`` are the columns by whose values a row is named in a sentence.

    ``mart`` is the table whose figures it hands on as they are: they are traced by ``danvan trace``. ``label`` names the column
    that says what a row's figure is, where there is no mart.
    """

    name: str
    query: str
    key: tuple[str, ...] = ()
    mart: str | None = None
    label: str | None = None


@dataclass(frozen=True, slots=True)
class Sentence(Declared):
    """One sentence. ``zero`` takes its place when its first figure is 0; ``missing`` says what happens when one is not stated.

    ``unless_none_of`` is a figure (``question(key, ...)``): of nought or of nobody's figure nothing is said.
    """

    say: str
    missing: Missing = "mark"
    zero: str = ""
    unless_none_of: str = ""


@dataclass(frozen=True, slots=True)
class ColumnOf(Declared):
    """A column of a table: of which column of the question, its head, how it is written; ``codes``: labels of a code list.

    ``labels_of`` names a mart: the value is a column of it, and is shown by its label. ``width`` in shares of the page.
    """

    column: str
    label: str
    form: str = "text"
    codes: str | None = None
    labels_of: str | None = None
    width: float = 1.0


@dataclass(frozen=True, slots=True)
class Across(Declared):
    """Columns that the rows bring: one for each value of ``column`` (a year, a code of ``codes``), filled with ``value``.

    They stand by the value of ``order``, by their own without one. ``value_codes``: the values are shown by their labels.
    """

    column: str
    value: str
    form: str = "count"
    codes: str | None = None
    width: float = 0.6
    order: str | None = None
    value_codes: str | None = None


@dataclass(frozen=True, slots=True)
class TableOf(Declared):
    """A table of a question's rows, of those that ``where`` (column: value) names. ``empty``: the sentence when there are none."""

    caption: str
    sheet: str
    question: str
    columns: tuple[ColumnOf, ...]
    across: Across | None = None
    where: dict[str, str] | None = None
    note: str = ""
    empty: str = "Không có số liệu."


@dataclass(frozen=True, slots=True)
class ChartOf(Declared):
    """A chart of a question's rows by a Vega-Lite specification in ``assets/report/charts``; ``say`` says what it shows.

    ``fields`` are the columns that it is drawn from: a row that lacks one is not drawn. ``blank`` are more of them, which may be
    NULL: such a row keeps its place without a mark, and a line ends there. ``codes``: those that are shown by the labels of a list.
    A table of the same question stands in the same section: the data beside it. Without anything to draw there is no chart.
    """

    caption: str
    spec: str
    question: str
    fields: tuple[str, ...]
    say: str
    where: dict[str, str] | None = None
    codes: dict[str, str] | None = None
    blank: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ItemsOf(Declared):
    """A numbered list: one item for each row of the question, of those that ``where`` names."""

    question: str
    say: str
    where: dict[str, str] | None = None
    codes: dict[str, str] | None = None
    empty: str = ""


@dataclass(frozen=True, slots=True)
class BlockOf(Declared):
    """One block of a section: exactly one of these."""

    paragraph: tuple[Sentence, ...] = ()
    gap: str = ""
    table: TableOf | None = None
    chart: ChartOf | None = None
    items: ItemsOf | None = None

    def stated(self) -> list[str]:
        """Return which of them it states."""
        return [n for n in ("paragraph", "gap", "table", "chart", "items") if getattr(self, n)]


@dataclass(frozen=True, slots=True)
class Section(Declared):
    """A heading and what stands under it; ``ordinal`` is said before it where the form does not number it."""

    heading: str
    blocks: tuple[BlockOf, ...]
    level: int = 1
    ordinal: str = ""


@dataclass(frozen=True, slots=True)
class Paper(Declared):
    """One paper: what it is called, what it asks, what it says. ``constants`` are numerals of its words that are no figures."""

    name: str
    title: tuple[str, ...]
    number: str
    parameters: tuple[str, ...]
    questions: tuple[Question, ...]
    sections: tuple[Section, ...]
    constants: tuple[str, ...] = ()

    def question(self, name: str) -> Question:
        """Return the question of that name. Raises KeyError."""
        return next(q for q in self.questions if q.name == name)


@per_root
def papers(root: Path) -> dict[str, Paper]:
    """Return every paper by name. Raises DeclarationError: file, line, what was found, what is allowed."""
    out = {}
    for path in sorted((root / PAPERS).glob("*.yaml")):
        source = Source(root, f"{PAPERS}/{path.name}")
        paper = build(Paper, source.yaml(), source)
        if paper:
            _Check(source, paper, root).run()
        out[path.stem] = source.settled(paper)
    return out


def parameters_of(name: str) -> list[str]:
    """Return the parameters that a query asks for. Raises FileNotFoundError for one that is not there."""
    return sorted(set(_PARAMETER.findall(query.text(name))))


class _Check:
    """What must hold in one paper; each problem is noted in its file."""

    def __init__(self, source: Source, paper: Paper, root: Path) -> None:
        self.source, self.paper, self.root = source, paper, root
        self.questions = {q.name: q for q in paper.questions}

    def run(self) -> None:
        paper, stem = self.paper, self.source.path.stem
        self.source.refuse_unless(paper.name == stem, ("name",), paper.name, f"{stem}, as the file is called")
        for i, asked in enumerate(paper.questions):
            self._question(asked, ("questions", i))
        for i, text in enumerate(paper.title):
            self._text(text, ("title", i))
        for i, section in enumerate(paper.sections):
            at = ("sections", i)
            self._text(f"{section.ordinal} {section.heading}", (*at, "heading"))
            self.source.refuse_unless(section.level in (1, 2), (*at, "level"), section.level, "1 or 2")
            for j, block in enumerate(section.blocks):
                self._block(block, (*at, "blocks", j))
            self._data_beside(section, at)

    def _question(self, asked: Question, at: At) -> None:
        try:
            needed = parameters_of(asked.query)
        except FileNotFoundError:
            known = ", ".join(sorted(p.stem for p in query.QUERIES_DIR.glob("*.sql")))
            self.source.problem((*at, "query"), asked.query, known)
            return
        unknown = [n for n in needed if n not in self.paper.parameters]
        allowed = f"a query that asks for no more than {', '.join(self.paper.parameters)}"
        self.source.refuse_unless(not unknown, (*at, "query"), f"{asked.query} (${', $'.join(unknown)})", allowed)

    def _block(self, block: BlockOf, at: At) -> None:
        stated = block.stated()
        if not self.source.refuse_unless(
            len(stated) == 1, at, ", ".join(stated), "exactly one of paragraph, gap, table, chart, items"
        ):
            return
        for text, where in texts(block):
            self._text(text, (*at, *where))
        if block.table:
            self._table(block.table, (*at, "table"))
        if block.chart:
            self._chart(block.chart, (*at, "chart"))
        if block.items:
            self._known(block.items.question, (*at, "items", "question"))
            for column, name in (block.items.codes or {}).items():
                self._codes(name, (*at, "items", "codes", column))

    def _chart(self, chart: ChartOf, at: At) -> None:
        self._known(chart.question, (*at, "question"))
        path = self.root / CHARTS / f"{chart.spec}.json"
        allowed = f"a file {CHARTS}/<spec>.json"
        if self.source.refuse_unless(path.is_file(), (*at, "spec"), chart.spec, allowed):
            joined = over_breaks(json.loads(path.read_text(encoding="utf-8")))
            allowed = f"lines and areas with {SEGMENT} as detail: none is drawn over a break"
            self.source.refuse_unless(not joined, (*at, "spec"), f"{chart.spec} ({', '.join(joined)})", allowed)
        for column, name in (chart.codes or {}).items():
            self._codes(name, (*at, "codes", column))

    def _data_beside(self, section: Section, at: At) -> None:
        shown = [block.table.question for block in section.blocks if block.table]
        for i, block in enumerate(section.blocks):
            if block.chart:
                here = (*at, "blocks", i, "chart", "question")
                allowed = "a question that a table of the same section shows: the data beside it"
                self.source.refuse_unless(block.chart.question in shown, here, block.chart.question, allowed)

    def _table(self, table: TableOf, at: At) -> None:
        self._known(table.question, (*at, "question"))
        self.source.refuse_unless(
            bool(_SHEET.fullmatch(table.sheet)), (*at, "sheet"), table.sheet, "1 to 31 signs, none of []:*?/\\"
        )
        forms = (*FIGURES, *TEXTS)
        for i, c in enumerate(table.columns):
            here = (*at, "columns", i)
            self.source.refuse_unless(c.form in forms, (*here, "form"), c.form, ", ".join(forms))
            if c.codes:
                self._codes(c.codes, (*here, "codes"))
        if table.across:
            form = table.across.form
            self.source.refuse_unless(form in forms, (*at, "across", "form"), form, ", ".join(forms))
            for key in ("codes", "value_codes"):
                if name := getattr(table.across, key):
                    self._codes(name, (*at, "across", key))

    def _codes(self, name: str, at: At) -> None:
        lists = code_list_names(self.root)
        self.source.refuse_unless(name in lists, at, name, ", ".join(sorted(lists)))

    def _known(self, question: str, at: At) -> None:
        self.source.refuse_unless(question in self.questions, at, question, ", ".join(self.questions))

    def _text(self, text: str, at: At) -> None:
        """The braces of a text can be read, ask for what is declared, and no numeral stands outside them."""
        try:
            found = [p for p in pieces(text) if isinstance(p, Placeholder)]
        except ValueError as e:
            self.source.problem(at, text, str(e))
            return
        for placeholder in found:
            self._placeholder(placeholder, at)
        typed = typed_numerals(text, self.paper.constants)
        allowed = "no number typed by hand: a figure, or one of constants"
        self.source.refuse_unless(not typed, at, ", ".join(typed), allowed)

    def _placeholder(self, asked: Placeholder, at: At) -> None:
        if not asked.of:
            known = self.paper.parameters
            self.source.refuse_unless(asked.name in known, at, asked.name, ", ".join(known))
        for of in asked.of:
            if of.question == ROW:
                continue
            self._known(of.question, at)
            if question := self.questions.get(of.question):
                good = len(of.keys) == len(question.key)
                self.source.refuse_unless(
                    good, at, ", ".join(of.keys), f"a value for each of {', '.join(question.key)}"
                )
