"""Which version of a report stands, and which slots a batch touches.

Read from any connection that has ``staging``, ``core`` and ``intake``: what is judged and what is committed are ordered alike.
Does not belong here: verdicts (expectations), writing facts (warehouse.ledger), what a register changes
(warehouse.register_changes).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from warehouse.forms import register_form
from warehouse.relation import literal
from warehouse.source import ROOT

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import duckdb


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
    return _VERSIONS.format(register=literal(register_form(root)), submissions=submissions, asked=asked, order=_ORDER)


def used_then(con: duckdb.DuckDBPyConnection, submissions: Sequence[str]) -> dict[str, str]:
    """Return the version that stood when each of these submissions got its verdict; none stood for one that is missing.

    What came later is told to whoever sent that.
    """
    sql = _USED_THEN.format(register=literal(register_form()), order=_ORDER)
    return dict(con.execute(sql, {"ids": list(submissions)}).fetchall())


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
    ORDER BY {order}
)
"""
#: the last in this order stands
_ORDER = "slot_end, revision, signed_at DESC NULLS FIRST, report_date, submission_id"
_USED_THEN = """
WITH judged AS (
    SELECT submission_id, batch_no, j.verdict, form_code, j.report_date, j.revision, signed_at,
           CASE WHEN form_code = {register} THEN 0 ELSE j.unit_id END AS slot_unit,
           CASE WHEN form_code = {register} THEN '' ELSE j.period_id END AS slot_period,
           CASE WHEN form_code = {register} THEN period_end END AS slot_end
    FROM intake.judgement j JOIN intake.submission s USING (submission_id)
),
asked AS (
    SELECT submission_id AS asked_id, batch_no AS asked_in, form_code, slot_unit, slot_period FROM judged
    WHERE submission_id IN (SELECT unnest($ids::VARCHAR[]))
    QUALIFY row_number() OVER (PARTITION BY submission_id ORDER BY batch_no DESC) = 1
),
known_then AS (
    FROM asked JOIN judged USING (form_code, slot_unit, slot_period) WHERE batch_no <= asked_in
    QUALIFY row_number() OVER (PARTITION BY asked_id, submission_id ORDER BY batch_no DESC) = 1
)
SELECT asked_id, last(submission_id ORDER BY {order}) AS used_id FROM known_then WHERE verdict = 'accepted' GROUP BY asked_id
"""
