"""Rules: what a good submission obeys, as data. Written by hand in ``expectations/rules`` or derived from declarations.

Belongs here: the Rule, loading, and which table has which. Does not: how GX expresses one (suites), verdicts (judge).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

from warehouse.declaration import form_tables
from warehouse.relation import literal, relations
from warehouse.yaml_file import read_yaml

RULES_DIR = Path(__file__).parent / "rules"
Severity = Literal["error", "warning", "info"]
Kind = Literal["row", "not_null", "length", "between", "in_table", "unique", "query"]
Missing = Literal["skip_any", "skip_all", "never_skip"]
_NEEDS = {"row": "sql", "query": "query", "in_table": "ref", "between": "max", "length": "max"}


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of one table (qualified). The first of ``columns`` is the cell that a finding marks.

    ``sql`` is a predicate over one row; it holds when NULL. ``missing`` says which rows with NULL in ``columns`` are
    skipped. ``scope`` limits it to ``forms`` (BCDV or BCDV-2013), ``years`` (first, last) and unit ``levels``.
    ``tolerance`` stands in ``sql`` and ``query`` as ``{tolerance}``. With ``exact``, a row with a qualified figure
    ("khoảng 30") in ``columns`` is skipped like one with a missing figure.
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
    scope: dict[str, Any] = field(default_factory=dict, hash=False)
    about_missing: bool = False

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
        """The SQL predicate of a ``row`` rule with tolerance and scope filled in."""
        sql = " ".join(self._filled(self.sql).split())
        limits = " AND ".join(filter(None, (scope_sql(self.scope), self._exactness())))
        return f"NOT coalesce({limits}, false) OR ({sql})" if limits else sql

    @property
    def failing_rows(self) -> str:
        """The query of a ``query`` rule with tolerance filled in."""
        return " ".join(self._filled(self.query).split())

    def _exactness(self) -> str:
        stated = [f"{c}_state" for c in self.columns if f"{c}_state" in relations()[self.table].names()]
        return " AND ".join(f"{s} IN ('value', 'zero')" for s in stated) if self.exact else ""

    def _filled(self, text: str) -> str:
        return text if self.tolerance is None else text.replace("{tolerance}", repr(self.tolerance))


class RuleError(ValueError):
    """A rule file is malformed; the message names the rule and what is expected."""


@cache
def rules() -> tuple[Rule, ...]:
    """Return every rule: derived ones first, then those of the rule files. Raises RuleError."""
    from expectations.derive import derived_rules

    found = (*derived_rules(), *_written())
    for rule in found:
        _check(rule)
    twice = [code for code, n in Counter(r.code for r in found).items() if n > 1]
    if twice:
        raise RuleError(f"codes are never reused: {twice}")
    return found


@cache
def rule_codes_by_table() -> dict[str, tuple[str, ...]]:
    """Return the codes of each qualified table's suite, in order."""
    out: dict[str, list[str]] = defaultdict(list)
    for rule in rules():
        out[rule.table].append(rule.code)
    return {table: tuple(codes) for table, codes in out.items()}


def scope_sql(scope: dict[str, Any]) -> str:
    """Return the predicate of a scope, or '' when it limits nothing. Raises RuleError on unknown keys."""
    unknown = set(scope) - {"forms", "years", "levels"}
    if unknown:
        raise RuleError(f"a scope has forms, years and levels, not {sorted(unknown)}")
    parts = []
    if forms := scope.get("forms"):
        names = ", ".join(literal(f) for f in forms)
        parts.append(f"(form_code IN ({names}) OR form_code || '-' || form_version IN ({names}))")
    if years := scope.get("years"):
        parts.append(f"year BETWEEN {int(years[0])} AND {int(years[1])}")
    if levels := scope.get("levels"):
        names = ", ".join(literal(x) for x in levels)
        parts.append(f"unit_id IN (SELECT s.unit_id FROM core.dim_unit s WHERE s.level_code IN ({names}))")
    return " AND ".join(parts)


def _written() -> list[Rule]:
    out = []
    for path in sorted(RULES_DIR.glob("*.yaml")):
        raw = read_yaml(path)
        groups = raw if isinstance(raw, dict) else {path.stem: raw}
        for table, items in groups.items():
            qualified = table if "." in table else f"staging.{table}"
            out += [_rule(qualified, item) for item in items]
    return out


def _rule(table: str, raw: dict[str, Any]) -> Rule:
    if "query" in raw:  # across periods
        raw = {"severity": "warning", "kind": "query", **raw}
    if "sql" in raw:
        raw = {**raw, "sql": _with_generated(raw["sql"])}
    try:
        return Rule(**{**raw, "table": table, "columns": tuple(raw["columns"])})
    except (TypeError, KeyError) as e:
        raise RuleError(f"{table} {raw.get('code', '?')}: {e}") from e


def _with_generated(sql: str) -> str:
    """Fill in what is derived from the declarations: form validity, deadlines, and which submissions have a row."""
    from expectations.derive import GENERATED

    for name, generate in GENERATED.items():
        if f"{{{name}}}" in sql:
            sql = sql.replace(f"{{{name}}}", generate())
    return sql


def _check(rule: Rule) -> None:
    needed = _NEEDS.get(rule.kind)
    if needed and getattr(rule, needed) in ("", None):
        raise RuleError(f"{rule.code}: kind {rule.kind} needs {needed}")
    names = relations()[rule.table].names()
    unknown = [c for c in (*rule.columns, rule.column) if c not in names]
    if unknown:
        raise RuleError(f"{rule.code}: {rule.table} has no column {unknown}")
    if rule.history and rule.severity == "error":
        raise RuleError(f"{rule.code}: a rule across periods warns; else the order of arrival would decide")
    if rule.scope and rule.kind not in ("row", "in_table"):
        raise RuleError(f"{rule.code}: kind {rule.kind} has no scope")
    if rule.kind == "in_table" and rule.scope.keys() - {"forms"}:
        raise RuleError(f"{rule.code}: kind in_table is limited to forms only; a row rule can be limited further")


def form_table_of(qualified: str) -> str | None:
    """Return the form table (as in intake.column_map) that a rule's table holds rows of; None for others."""
    schema, _, name = qualified.partition(".")
    if qualified in ("staging.submission", "intake.submission"):
        return "cover"
    return next((t.name for t in form_tables().values() if name == (t.name if schema == "staging" else t.core)), None)
