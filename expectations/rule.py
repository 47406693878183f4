"""Rules: what a good submission obeys, as data. Written by hand in ``expectations/rules`` or derived from declarations.

Belongs here: the Rule, loading, and which table has which. Does not: what a written rule must fulfil (rule_check), how GX
expresses one (suites), verdicts (judge).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Literal

from warehouse.check import Declared
from warehouse.declaration import form_tables
from warehouse.forms import Policy
from warehouse.relation import literal, relations
from warehouse.source import per_root
from warehouse.sql_text import names_used

Severity = Literal["error", "warning", "info"]
Kind = Literal["row", "not_null", "length", "between", "in_table", "unique", "query"]
Missing = Literal["skip_any", "skip_all", "never_skip"]


@dataclass(frozen=True, slots=True)
class Scope(Declared):
    """What a rule is limited to by hand: forms of a ``policy``, ``years`` (first, last), ``levels`` of units."""

    policy: Policy | None = None
    years: tuple[int, int] | None = None
    levels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule(Declared):
    """One rule of one table (qualified). The first of ``columns`` is the cell that a finding marks.

    ``sql`` is a predicate over one row; it holds when NULL. ``missing`` says which rows with NULL in ``columns`` are
    skipped. ``tolerance`` stands in ``sql`` and ``query`` as ``{tolerance}``. With ``exact``, a row with a qualified figure
    ("khoảng 30") in ``columns`` is skipped like one with a missing figure. ``hint`` is a query of one text about the failing
    row ``t``, which a finding says in the place of ``expected``; NULL where there is nothing to say.

    A rule applies where the form version fills all its ``columns``: ``versions`` names those (BCDV-2023), or nothing when
    all do. ``scope`` limits it further; ``forms`` are the codes of the forms that its policy means.
    """

    code: str
    table: str
    severity: Severity
    kind: Kind
    columns: tuple[str, ...]
    title: str
    title_en: str
    expected: str
    remedy: str
    sql: str = ""
    query: str = ""
    ref: str = ""
    max: float | None = None
    at: str = ""
    missing: Missing = "skip_any"
    tolerance: float | None = None
    exact: bool = False
    hint: str = ""
    scope: Scope = field(default_factory=Scope)
    forms: tuple[str, ...] = ()
    versions: tuple[str, ...] = ()

    @property
    def column(self) -> str:
        """The column whose cell a finding marks."""
        return self.at or self.columns[0]

    @property
    def history(self) -> bool:
        """True for a rule across periods: it looks at accepted facts, warns and never rejects."""
        return self.kind == "query"

    @property
    def predicate(self) -> str:
        """The SQL predicate of a ``row`` rule with tolerance, scope and form versions filled in."""
        sql = " ".join(self._filled(self.sql).split())
        limits = " AND ".join(filter(None, (self._limits(), self._exactness())))
        return f"NOT coalesce({limits}, false) OR ({sql})" if limits else sql

    @property
    def scope_note(self) -> str | None:
        """What the rule is limited to, as text: forms or their versions, years, levels. None when nothing limits it."""
        scope = self.scope
        limits = {"forms": self.versions or self.forms, "years": scope.years, "levels": scope.levels}
        return "; ".join(f"{k}: {', '.join(map(str, v))}" for k, v in limits.items() if v) or None

    @property
    def failing_rows(self) -> str:
        """The query of a ``query`` rule with tolerance filled in."""
        return " ".join(self._filled(self.query).split())

    def reads(self) -> list[str]:
        """Return the qualified names of the tables, views and macros that the rule looks at."""
        return [
            self.table,
            *names_used(f"{self.predicate} {self.failing_rows} {self.ref.rpartition('.')[0]} {self.hint}"),
        ]

    def _limits(self) -> str:
        parts = []
        if (
            self.versions and self.missing != "skip_any"
        ):  # a column that a version does not have is NULL: skipped anyway
            parts.append(f"form_code || '-' || form_version IN ({_texts(self.versions)})")
        if self.forms:
            parts.append(f"form_code IN ({_texts(self.forms)})")
        if years := self.scope.years:
            parts.append(f"year BETWEEN {years[0]} AND {years[1]}")
        if levels := self.scope.levels:
            parts.append(f"unit_id IN (SELECT s.unit_id FROM core.dim_unit s WHERE s.level_code IN ({_texts(levels)}))")
        return " AND ".join(parts)

    def _exactness(self) -> str:
        stated = [f"{c}_state" for c in self.columns if f"{c}_state" in relations()[self.table].names()]
        return " AND ".join(f"core.is_exact({s})" for s in stated) if self.exact else ""

    def _filled(self, text: str) -> str:
        return text if self.tolerance is None else text.replace("{tolerance}", repr(self.tolerance))


@per_root
def rules(root: Path) -> tuple[Rule, ...]:
    """Return every rule: derived ones first, then those of the rule files. Raises DeclarationError."""
    from expectations.derive import derived_rules, twice_code, twice_rules
    from expectations.rule_check import written_rules

    derived = derived_rules(root)
    taken = {r.code for r in derived} | {twice_code(t) for t in form_tables(root).values()}
    written = written_rules(root, taken)
    keyed = {r.table for r in written if r.kind == "unique"}
    return (*derived, *twice_rules(keyed, root), *written)


@cache
def rule_codes_by_table() -> dict[str, tuple[str, ...]]:
    """Return the codes of each qualified table's suite, in order."""
    out: dict[str, list[str]] = defaultdict(list)
    for rule in rules():
        out[rule.table].append(rule.code)
    return {table: tuple(codes) for table, codes in out.items()}


def form_table_of(qualified: str) -> str | None:
    """Return the form table (as in intake.column_map) that a rule's table holds rows of; None for others."""
    schema, _, name = qualified.partition(".")
    if qualified in ("staging.submission", "intake.submission"):
        return "cover"
    return next((t.name for t in form_tables().values() if name == (t.name if schema == "staging" else t.core)), None)


def _texts(names: tuple[str, ...]) -> str:
    return ", ".join(map(literal, names))
