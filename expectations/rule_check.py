"""The written rules: the YAML files of ``expectations/rules``, loaded and checked against tables, forms and code lists.

Does not belong here: the Rule itself (rule) or rules that follow from the declarations (derive).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from expectations.derive import versions_with
from expectations.generated import with_generated
from expectations.rule import Rule
from warehouse.check import At, build
from warehouse.codes import code_lists
from warehouse.declaration import form_tables
from warehouse.forms import form_codes, form_versions
from warehouse.relation import relations
from warehouse.source import Source

RULES = "expectations/rules"
CODE, CODE_SAYS = re.compile(r"[A-Z]{1,3}(-[A-Z0-9]+)+"), "capital letters and digits joined by -, e.g. T-RATE"
#: what a rule of each kind says besides its columns
_NEEDS = {"row": "sql", "query": "query", "in_table": "ref", "between": "max", "length": "max"}
_SCOPES = {"row": ("policy", "years", "levels"), "in_table": ("policy",)}


def written_rules(root: Path, taken: Collection[str]) -> list[Rule]:
    """Return the rules of the rule files; none has a code that is ``taken``. Raises DeclarationError."""
    codes, out = set(taken), []
    for path in sorted((root / RULES).glob("*.yaml")):
        source = Source(root, f"{RULES}/{path.name}")
        found = [_rule(source, at, table, raw, root) for at, table, raw in _items(source, path.stem, root)]
        for at, rule in (pair for pair in found if pair):
            good = bool(CODE.fullmatch(rule.code)) and rule.code not in codes
            source.refuse_unless(good, (*at, "code"), rule.code, f"{CODE_SAYS}, never used before")
            codes.add(rule.code)
            out.append(rule)
        source.check()
    return out


def _items(source: Source, stem: str, root: Path) -> Iterator[tuple[At, str, Any]]:
    """Every rule of a file with its place and qualified table: a list, or lists by table."""
    raw = source.yaml()
    groups = raw if isinstance(raw, dict) else {stem: raw}
    for name, items in groups.items():
        at: At = (name,) if isinstance(raw, dict) else ()
        table = name if "." in str(name) else f"staging.{name}"
        if not source.refuse_unless(
            table in relations(root), at, name, "a table with rules: a form's, or schema.table"
        ):
            continue
        if source.refuse_unless(isinstance(items, list), at, items, "a list of rules"):
            yield from (((*at, i), table, item) for i, item in enumerate(items))


def _rule(source: Source, at: At, table: str, raw: Any, root: Path) -> tuple[At, Rule] | None:
    if isinstance(raw, dict) and "query" in raw:  # across periods
        raw = {"severity": "warning", "kind": "query", **raw}
    rule = build(Rule, raw, source, at, table=table, forms=[], versions=[])
    if rule is None:
        return None
    sql, query, expected = (
        with_generated(text, root, source, (*at, name))
        for name, text in (("sql", rule.sql), ("query", rule.query), ("expected", rule.expected))
    )
    forms = form_codes(rule.scope.policy, root) if rule.scope.policy else ()
    versions = _versions(source, at, rule, root)
    rule = replace(rule, sql=sql, query=query, expected=expected, forms=forms, versions=versions)
    _check_columns(source, at, rule, root)
    _check_kind(source, at, rule)
    _check_scope(source, at, rule, root)
    return at, rule


def _versions(source: Source, at: At, rule: Rule, root: Path) -> tuple[str, ...]:
    schema, _, name = rule.table.partition(".")
    table = form_tables(root).get(name)
    if schema != "staging" or table is None:
        return ()
    found = versions_with(table, (*rule.columns, rule.column), root)
    known = ", ".join(f.name for f in form_versions(root).values())
    allowed = f"columns that one form version fills all; there are {known}"
    source.refuse_unless(found is not None, (*at, "columns"), list(rule.columns), allowed)
    return found or ()


def _check_columns(source: Source, at: At, rule: Rule, root: Path) -> None:
    names = relations(root)[rule.table].names()
    source.refuse_unless(bool(rule.columns), (*at, "columns"), None, "at least the column that a finding marks")
    for i, name in enumerate(rule.columns):
        source.refuse_unless(name in names, (*at, "columns", i), name, ", ".join(names))
    source.refuse_unless(rule.at in ("", *names), (*at, "at"), rule.at, ", ".join(names))
    states = [c for c in rule.columns if f"{c}_state" in names]
    good = not rule.exact or (rule.kind == "row" and bool(states))
    source.refuse_unless(good, (*at, "exact"), rule.exact, "only with kind row and a figure among the columns")
    if rule.kind == "in_table" and rule.ref:
        _check_ref(source, at, rule.ref, root)


def _check_ref(source: Source, at: At, ref: str, root: Path) -> None:
    table, _, column = ref.rpartition(".")
    view = root / "warehouse" / "views" / f"{table}.sql"
    if view.exists():
        good, allowed = (
            bool(re.search(rf"\b{column}\b", view.read_text(encoding="utf-8"))),
            f"a column of the view {table}",
        )
    elif table in relations(root):
        names = relations(root)[table].names()
        good, allowed = column in names, f"a column of {table}: {', '.join(names)}"
    else:
        good, allowed = False, "schema.table.column"
    source.refuse_unless(good, (*at, "ref"), ref, allowed)


def _check_kind(source: Source, at: At, rule: Rule) -> None:
    needed = _NEEDS.get(rule.kind)
    for name in ("sql", "query", "ref", "max"):
        stated = getattr(rule, name) not in ("", None)
        if name == needed:
            source.refuse_unless(stated, (*at, name), None, f"it must be stated, with kind {rule.kind}")
        else:
            source.refuse_unless(not stated, (*at, name), getattr(rule, name), f"nothing with kind {rule.kind}")
    source.refuse_unless(not (rule.history and rule.severity == "error"), (*at, "severity"), rule.severity,
                         "warning or info: a rule across periods warns; else the order of arrival would decide")  # fmt: skip
    plain = rule.missing == "skip_any" or rule.kind == "row"
    source.refuse_unless(plain, (*at, "missing"), rule.missing, f"nothing with kind {rule.kind}")
    used = "{tolerance}" in rule.sql + rule.query
    source.refuse_unless(used == (rule.tolerance is not None), (*at, "tolerance"), rule.tolerance,
                         "a number where the text says {tolerance}, else nothing")  # fmt: skip


def _check_scope(source: Source, at: At, rule: Rule, root: Path) -> None:
    for name in ("policy", "years", "levels"):
        stated = getattr(rule.scope, name) not in (None, ())
        good = not stated or name in _SCOPES.get(rule.kind, ())
        allowed = ", ".join(_SCOPES.get(rule.kind, ())) or "no scope"
        source.refuse_unless(good, (*at, "scope", name), name, f"{allowed} with kind {rule.kind}")
    if years := rule.scope.years:
        source.refuse_unless(years[0] <= years[1], (*at, "scope", "years"), list(years), "the first and the last year")
    levels = [c.code for c in code_lists(root)["admin_level"]]
    for i, level in enumerate(rule.scope.levels):
        source.refuse_unless(level in levels, (*at, "scope", "levels", i), level, ", ".join(levels))
