"""What was known at a batch: a table macro for every table that is kept in generations, generated from the declarations.

Belongs here: their SQL text. Does not: what is kept (warehouse.rows, ADR 15), creating macros (warehouse.views).
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
-- {label}: as of a batch - Rows of {table} that were known when batch number up_to_batch was committed.
CREATE OR REPLACE MACRO {table}_as_of(up_to_batch) AS TABLE
WITH known AS (
    SELECT * FROM {table} WHERE known_from <= up_to_batch
    UNION ALL BY NAME
    SELECT * EXCLUDE (known_to) FROM history.{name} WHERE known_from <= up_to_batch AND known_to > up_to_batch
)
{select}
"""
_SUBMISSIONS = """\
-- Bản gửi: as of a batch - The last verdict on each submission up to batch number up_to_batch, and whether its version stood.
CREATE OR REPLACE MACRO {name}(up_to_batch) AS TABLE
WITH judged AS (
    SELECT j.* EXCLUDE (rules_version, forms_version), s.form_code, s.period_end, s.signed_at
    FROM intake.judgement j JOIN intake.submission s USING (submission_id)
    WHERE j.batch_no <= up_to_batch
    QUALIFY j.batch_no = max(j.batch_no) OVER (PARTITION BY j.submission_id)
)
SELECT j.* EXCLUDE (period_end, signed_at), v.valid_from, v.valid_to, coalesce(v.is_current, false) AS is_current
FROM judged j LEFT JOIN ({versions}) v USING (submission_id)
"""


def as_of_macros(root: Path) -> dict[str, str]:
    """Return the statements that make ``<table>_as_of(up_to_batch)``, by name; the columns are those of the table.

    Findings come without ``life``, which is not kept. ``intake.submission_as_of`` has what ``intake.judgement`` keeps.
    """
    facts = {f"core.{t.core}" for t in report_tables(root).values()}
    kept = [r for r in relations(root).values() if r.in_generations]
    submissions = _SUBMISSIONS.format(name=SUBMISSIONS, versions=versions_of("judged", root=root))
    return {SUBMISSIONS: submissions} | {f"{r.qualified}_as_of": _rows(r, r.qualified in facts) for r in kept}


def _rows(relation: Relation, is_fact: bool) -> str:
    left_out = [n for n in _IN_PLACE if n in relation.names()]
    shown = f"* EXCLUDE ({', '.join(left_out)})" if left_out else "*"
    select = f"SELECT {shown} FROM known"
    if is_fact:
        then = ", ".join(f"v.{n} AS {n}" for n in _VERSION)
        select = (
            f"SELECT k.* REPLACE ({then}) FROM known k LEFT JOIN {SUBMISSIONS}(up_to_batch) v USING (submission_id)"
        )
    return _ROWS.format(label=relation.label, table=relation.qualified, name=relation.name, select=select)
