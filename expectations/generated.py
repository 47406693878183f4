"""What stands in a rule's text as ``{name}``: SQL and Vietnamese words generated from forms, tables and deadlines.

Does not belong here: whole rules that follow from the declarations (derive).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

from expectations.usual import figures_with_usual
from warehouse.check import At
from warehouse.closing_day import closing_day
from warehouse.deadlines import deadlines
from warehouse.declaration import report_tables
from warehouse.forms import FormVersion, form_codes, form_versions
from warehouse.relation import day_literal, literal
from warehouse.source import Source

_NAME = re.compile(r"\{([a-z_]+)\}")
#: filled in later: the tolerance by the rule, the table by Great Expectations
_LATER = ("tolerance", "batch")


def with_generated(text: str, root: Path, source: Source, at: At) -> str:
    """Fill in what is generated; a name that nothing generates is noted in ``source``."""
    for name in dict.fromkeys(_NAME.findall(text)):
        if name in GENERATED:
            text = text.replace(f"{{{name}}}", GENERATED[name](root))
        else:
            source.refuse_unless(
                name in _LATER, at, f"{{{name}}}", ", ".join(f"{{{n}}}" for n in (*GENERATED, *_LATER))
            )
    return text


def _form_validity(root: Path) -> str:
    """The predicate that a period ends while its form version is in force."""
    cases = [
        f"WHEN {literal(f.name)} THEN period_end BETWEEN {day_literal(f.valid_from)} AND {day_literal(f.valid_to or date.max)}"
        for f in form_versions(root).values()
    ]
    return f"CASE form_code || '-' || form_version {' '.join(cases)} ELSE true END"


def _any_row(root: Path) -> str:
    """The query of the submissions that have a row in any report table, or findings that explain why not."""
    parts = [f"SELECT r.submission_id FROM staging.{name} r" for name in report_tables(root)]
    return " UNION ALL ".join(
        [*parts, "SELECT i.submission_id FROM staging.cell_issue i WHERE i.code[1] IN ('C', 'H')"]
    )


def _deadline_days(root: Path) -> str:
    """The days after the period on which a report still is on time; without a deadline nothing is late."""
    cases = [f"WHEN '{d.form_code}-{d.period_kind}' THEN {d.due_days + d.grace_days}" for d in deadlines(root)]
    return f"(CASE form_code || '-' || period_kind {' '.join(cases)} ELSE 100000 END)"


def _closing_day(root: Path) -> str:
    """The day on which a year is closed, in words of the receipts."""
    day = closing_day(root)
    return f"{day.day}/{day.month}"


def _report_forms(root: Path) -> str:
    return ", ".join(map(literal, form_codes("replace", root)))


def _form_codes(root: Path) -> str:
    return ", ".join(form_codes("replace", root))


def _form_versions(root: Path) -> str:
    return ", ".join(v for texts in _of_reports(root, lambda f: f.form_version) for v in texts)


def _form_stretches(root: Path) -> str:
    """For which periods each version is, in words of the receipts."""
    sentences = ("; ".join(texts) for texts in _of_reports(root, _stretch))
    return ". ".join(text[:1].upper() + text[1:] for text in sentences)


def _of_reports(root: Path, say: Callable[[FormVersion], str]) -> list[list[str]]:
    """What to say of each version, by report form; with its code where there are several forms."""
    codes = form_codes("replace", root)
    return [
        [(f"{code} " if len(codes) > 1 else "") + say(f) for f in form_versions(root).values() if f.form_code == code]
        for code in codes
    ]


def _stretch(form: FormVersion) -> str:
    start = f" từ {_since(form.valid_from)}"
    end = f" đến hết {_until(form.valid_to)}" if form.valid_to else ""
    return f"phiên bản {form.form_version} cho kỳ{start}{end}"


def _since(day: date) -> str:
    return f"{day.year}" if (day.month, day.day) == (1, 1) else f"{day:%d/%m/%Y}"


def _until(day: date) -> str:
    return f"{day.year}" if (day + timedelta(days=1)).year > day.year else f"{day:%d/%m/%Y}"


GENERATED: dict[str, Callable[[Path], str]] = {
    "form_validity": _form_validity,
    "any_row": _any_row,
    "deadline_days": _deadline_days,
    "closing_day": _closing_day,
    "report_forms": _report_forms,
    "form_codes": _form_codes,
    "form_versions": _form_versions,
    "form_stretches": _form_stretches,
    "figures_with_usual": figures_with_usual,
}
