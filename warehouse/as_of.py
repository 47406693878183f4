"""What was known then: a table macro for every table that is kept in generations, generated from the declarations.

Belongs here: their SQL text. Does not: what is kept (warehouse.rows, ADR 15), what follows from these tables
(warehouse.as_of_views), creating macros (warehouse.views).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from warehouse.declaration import report_tables
from warehouse.relation import Relation, relations
from warehouse.versions import versions_of

if TYPE_CHECKING:
    from pathlib import Path

SUBMISSIONS = "intake.submission_as_of"
#: what a later batch changes in place: of facts it follows from the judgements of then; the life of a finding is today's
_VERSION = ("valid_from", "valid_to", "is_current")
_IN_PLACE = ("life",)

_ROWS = """\
-- {label}: {table} as it was known at a release (its number), at a moment (UTC) or at the end of a day.
CREATE OR REPLACE MACRO {table}_as_of(known) AS TABLE
WITH moment AS (SELECT meta.batch_known(known) AS batch_no),
kept AS (
    SELECT r.* FROM {table} r, moment m WHERE r.known_from <= m.batch_no
    UNION ALL BY NAME
    SELECT r.* EXCLUDE (known_to) FROM history.{name} r, moment m WHERE r.known_from <= m.batch_no AND r.known_to > m.batch_no
)
{select}
"""
_SUBMISSIONS = """\
-- Bản gửi: the last verdict on each submission at a release (its number), a moment (UTC) or the end of a day.
CREATE OR REPLACE MACRO {name}(known) AS TABLE
WITH judged AS (
    SELECT j.* EXCLUDE (rules_version, forms_version), s.form_code, s.form_version, s.signed_at, {days}
    FROM intake.judgement j JOIN intake.submission s USING (submission_id)
    LEFT JOIN core.period_code c ON c.period_code = string_split(j.period_id, '-')[2]
    WHERE j.batch_no <= meta.batch_known(known)
    QUALIFY j.batch_no = max(j.batch_no) OVER (PARTITION BY j.submission_id)
)
SELECT j.* EXCLUDE (signed_at), v.valid_from, v.valid_to, coalesce(v.is_current, false) AS is_current
FROM judged j LEFT JOIN ({versions}) v USING (submission_id)
"""
#: the period that was read then, from its id: a code of a year, or stated days; a register has none
_PART = "string_split(j.period_id, '-')"
_DAYS = f"""\
coalesce(c.period_kind, {_PART}[3]) AS period_kind,
           coalesce(make_date(TRY_CAST({_PART}[1] AS INTEGER), c.first_month, 1),
                    try_strptime({_PART}[1], '%Y%m%d')::DATE) AS period_start,
           coalesce(last_day(make_date(TRY_CAST({_PART}[1] AS INTEGER), c.last_month, 1)),
                    try_strptime({_PART}[2], '%Y%m%d')::DATE,
                    CASE WHEN j.period_id IS NULL THEN s.period_end END) AS period_end,
           CASE WHEN j.period_id IS NOT NULL THEN year(period_end) END AS year"""


def as_of_macros(root: Path) -> dict[str, str]:
    """Return the statements that make ``<table>_as_of(known)``, by name; the columns are those of the table.

    Findings come without ``life``, which is not kept. ``intake.submission_as_of`` has what ``intake.judgement`` keeps.
    """
    facts = {f"core.{t.core}" for t in report_tables(root).values()}
    kept = [r for r in relations(root).values() if r.in_generations]
    submissions = _SUBMISSIONS.format(name=SUBMISSIONS, days=_DAYS, versions=versions_of("judged", root=root))
    return {SUBMISSIONS: submissions} | {f"{r.qualified}_as_of": _rows(r, r.qualified in facts) for r in kept}


def _rows(relation: Relation, is_fact: bool) -> str:
    left_out = [n for n in _IN_PLACE if n in relation.names()]
    shown = f"* EXCLUDE ({', '.join(left_out)})" if left_out else "*"
    select = f"SELECT {shown} FROM kept"
    if is_fact:
        then = ", ".join(f"v.{n} AS {n}" for n in _VERSION)
        select = f"SELECT k.* REPLACE ({then}) FROM kept k LEFT JOIN {SUBMISSIONS}(known) v USING (submission_id)"
    return _ROWS.format(label=relation.label, table=relation.qualified, name=relation.name, select=select)
