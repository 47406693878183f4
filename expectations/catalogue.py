"""The catalogue of finding codes: what intake finds and what rules find, with Vietnamese message and remedy for each.

Does not belong here: the rules' predicates (expectations.rules) or where a finding stands (judge).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from expectations.generated import with_generated
from expectations.rule import Rule, Severity, rules
from expectations.rule_check import CODE, CODE_SAYS
from warehouse.check import Declared, build
from warehouse.source import Source, per_root

INTAKE_FILE = "expectations/intake_findings.yaml"


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


@dataclass(frozen=True, slots=True)
class IntakeFinding(Declared):
    """One code of the file of intake's findings. ``expected`` may hold what is generated, like a rule's."""

    level: Literal["file", "cover", "header", "cell"]
    severity: Severity
    title: str
    title_en: str
    expected: str
    remedy: str


@per_root
def catalogue(root: Path) -> dict[str, Entry]:
    """Return every entry by code: intake's, then the rules'. Raises DeclarationError."""
    found = (*_intake(root), *(_of_rule(r) for r in rules(root)))
    return {e.code: e for e in found}


def _intake(root: Path) -> list[Entry]:
    source = Source(root, INTAKE_FILE)
    raw = source.yaml()
    source.refuse_unless(isinstance(raw, dict), (), raw, "codes, each with its finding")
    taken = {r.code for r in rules(root)}
    out = []
    for code, item in raw.items() if isinstance(raw, dict) else ():
        finding = build(IntakeFinding, item, source, (code,))
        good = bool(CODE.fullmatch(str(code))) and code not in taken
        source.refuse_unless(good, (code,), code, f"{CODE_SAYS}, not the code of a rule")
        if finding:
            expected = with_generated(finding.expected, root, source, (code, "expected"))
            out.append(
                Entry(
                    code,
                    finding.severity,
                    finding.level,
                    None,
                    finding.title,
                    finding.title_en,
                    expected,
                    finding.remedy,
                )
            )
    return source.settled(out)


def _of_rule(rule: Rule) -> Entry:
    level = "period" if rule.history else "cover" if rule.table == "staging.submission" else "row"
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
        scope_note=rule.scope_note,
    )
