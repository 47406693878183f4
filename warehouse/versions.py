"""Which version of a report stands, what a changed register says anew, and which units and years a batch touches.

Read from any connection that has ``staging``, ``core`` and ``intake``: what is judged and what is committed are ordered alike.
Does not belong here: verdicts (expectations), writing facts (warehouse.ledger).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from warehouse.forms import register_form
from warehouse.relation import literal
from warehouse.source import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

RegisterRows = set[tuple[object, ...]]


def submissions_to_replay(con: duckdb.DuckDBPyConnection, before: RegisterRows) -> list[str]:
    """Return the known reports that the register now says something else about than in ``before``.

    Those of units whose rows differ, those that cite a document whose rows differ, and those that were signed by a key whose
    rows differ (see ``register_rows``).
    """
    changed = register_rows(con) ^ before
    if not changed:
        return []
    kinds = ("unit", "document", "key")
    units, cited, keys = (sorted({str(row[1]) for row in changed if row[0] == kind}) for kind in kinds)
    found = con.execute(_TO_REPLAY, [register_form(), units, keys, cited, cited]).fetchall()
    return [row[0] for row in found]


def register_rows(con: duckdb.DuckDBPyConnection) -> RegisterRows:
    """Return what the register says of each unit, document and key; compared to find which reports to judge anew.

    Each row begins with what it speaks of: ``unit`` and a unit code, ``document`` and a number as reports cite it, or ``key``
    and a public key.
    """
    rows = con.execute(
        "SELECT 'unit', unit_code, unit_id, unit_name, level_code, parent_unit_id, valid_from, valid_to, NULL "
        "FROM core.dim_unit "
        "UNION ALL SELECT 'unit', u.unit_code, a.unit_id, a.alias_name, NULL, NULL, a.valid_from, a.valid_to, 'alias' "
        "FROM core.dim_unit_alias a JOIN (SELECT DISTINCT unit_code, unit_id FROM core.dim_unit) u USING (unit_id) "
        "UNION ALL SELECT 'document', c.cited_number, c.document_id, d.document_number, NULL, NULL, d.document_date, NULL, NULL "
        "FROM core.citation_document c JOIN core.dim_document d USING (document_id) "
        "UNION ALL SELECT 'key', public_key, unit_id, NULL, NULL, NULL, valid_from, valid_to, NULL FROM core.dim_unit_key"
    ).fetchall()
    return set(rows)


def order_versions(con: duckdb.DuckDBPyConnection) -> None:
    """Fill ``staging.version``: the accepted versions of every report that the staged submissions touch.

    Newest is by stated revision, then report date: never by arrival, so that any order of arrival gives the same facts, but for
    the one case that ``warehouse.ties`` settles before. Of one number a signed version stands over others, and of the signed
    ones that which came first (as the archive has noted): a number that was signed for once is used up. A register has no
    period of its own: the newest of all is the truth.
    """
    con.execute("DELETE FROM staging.version")
    con.execute(f"INSERT INTO staging.version BY NAME {versions_of('intake.submission', touched_slots())}")


def touched_slots() -> str:
    """Return the SELECT of the slots (form_code, slot_unit, slot_period) that the judged submissions are of, or were of before."""
    return _TOUCHED.format(register=literal(register_form()))


def versions_of(submissions: str, among: str = "", root: Path = ROOT) -> str:
    """Return the SELECT of the accepted versions in ``submissions`` (SQL): valid_from, valid_to, is_current by submission_id.

    ``among``: SQL of the slots that are asked for; all when blank.
    """
    asked = f"SEMI JOIN ({among}) USING (form_code, slot_unit, slot_period)" if among else ""
    return _VERSIONS.format(register=literal(register_form(root)), submissions=submissions, asked=asked)


# a rejected report has no facts, so its citations are known from its findings
_TO_REPLAY = """
SELECT submission_id FROM intake.submission
WHERE form_code <> ? AND submission_id NOT IN (SELECT submission_id FROM judged.submission) AND (
    unit_code IN (SELECT unnest(?))
    OR submission_id IN (SELECT a.submission_id FROM intake.arrival a WHERE a.public_key IN (SELECT unnest(?)))
    OR submission_id IN (SELECT t.submission_id FROM core.fact_training t WHERE t.document_number IN (SELECT unnest(?)))
    OR submission_id IN (SELECT f.submission_id FROM intake.finding f WHERE f.table_name = 'training'
                         AND f.column_name = 'document_number' AND f.found IN (SELECT unnest(?))))
ORDER BY 1
"""

_TOUCHED = """
SELECT DISTINCT form_code, CASE WHEN form_code = {register} THEN 0 ELSE unit_id END AS slot_unit,
       CASE WHEN form_code = {register} THEN '' ELSE period_id END AS slot_period
FROM (SELECT form_code, unit_id, period_id FROM judged.submission
      UNION ALL SELECT form_code, unit_id, period_id FROM judged.known_before)
"""
_VERSIONS = """
WITH slot AS (
    SELECT submission_id, form_code, report_date, revision, signed_at,
           CASE WHEN form_code = {register} THEN 0 ELSE unit_id END AS slot_unit,
           CASE WHEN form_code = {register} THEN '' ELSE period_id END AS slot_period,
           CASE WHEN form_code = {register} THEN period_end END AS slot_end
    FROM {submissions} WHERE verdict = 'accepted'
)
SELECT submission_id, report_date AS valid_from, lead(report_date) OVER versions AS valid_to,
       lead(submission_id) OVER versions IS NULL AS is_current
FROM slot {asked}
WINDOW versions AS (
    PARTITION BY form_code, slot_unit, slot_period
    ORDER BY slot_end, revision, signed_at DESC NULLS FIRST, report_date, submission_id
)
"""
