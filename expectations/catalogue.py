"""The catalogue of finding codes: what intake finds and what rules find, with Vietnamese message and remedy for each.

Does not belong here: the rules' predicates (expectations.rules) or where a finding stands (judge).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from expectations.rule import Rule, rules
from warehouse.yaml_file import read_yaml

INTAKE_FILE = Path(__file__).parent / "intake_findings.yaml"


@dataclass(frozen=True, slots=True)
class Entry:
    """One code of the catalogue; see ``meta.rule`` for the columns' meaning."""

    code: str
    severity: str
    scope_level: str
    table_name: str | None
    title: str
    title_en: str
    expected: str
    remedy: str
    missing: str | None = None
    tolerance: float | None = None
    scope_note: str | None = None


@cache
def catalogue() -> dict[str, Entry]:
    """Return every entry by code: intake's, then the rules'."""
    raw = read_yaml(INTAKE_FILE)
    intake = [Entry(code, table_name=None, scope_level=e.pop("level"), **e) for code, e in raw.items()]
    return {e.code: e for e in (*intake, *(_of_rule(r) for r in rules()))}


def _of_rule(rule: Rule) -> Entry:
    level = "period" if rule.history else "cover" if rule.table == "staging.submission" else "row"
    notes = "; ".join(f"{k}: {', '.join(map(str, v))}" for k, v in rule.scope.items())
    return Entry(
        code=rule.code,
        severity=rule.severity,
        scope_level=level,
        table_name=rule.table,
        title=rule.title,
        title_en=rule.title_en,
        expected=rule.expected,
        remedy=rule.remedy,
        missing=rule.missing,
        tolerance=rule.tolerance,
        scope_note=notes or None,
    )
