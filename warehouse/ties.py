"""Ties: unsigned versions of a report, or registers, with one number and one date: of those that could stand the first does.

The one case where arrival decides (ADR 3), for nothing that they say puts one after the other. Read from a staging database.
Does not belong here: what else orders versions (warehouse.versions), the words for the later one (expectations).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from warehouse.forms import register_form
from warehouse.relation import literal
from warehouse.versions import touched_slots

if TYPE_CHECKING:
    import duckdb

#: the rule that refuses the later one
CODE = "S-REVISION-TAKEN"


def note_arrivals(con: duckdb.DuckDBPyConnection, ids: Sequence[str]) -> None:
    """Remember the order in which the files at hand came; those that the ledger knows came before them, in its order."""
    con.execute("INSERT INTO judged.arrived SELECT unnest($1), unnest(range(len($1)))", [list(ids)])


def note_taken(con: duckdb.DuckDBPyConnection) -> None:
    """Fill ``staging.taken``: the staged submissions that came after another of the same number and date."""
    con.execute(_sql("INSERT INTO staging.taken BY NAME " + _TAKEN))


def unsettled(con: duckdb.DuckDBPyConnection) -> list[str]:
    """Return what has to be judged again after what was judged so far: accepted beside an earlier one, or refused beside none."""
    return [row[0] for row in con.execute(_sql(_UNSETTLED), [CODE]).fetchall()]


def _sql(template: str) -> str:
    register = literal(register_form())
    return template.format(came=_CAME, slot=_SLOT.format(register=register), alike=_ALIKE, touched=touched_slots())


_SLOT = """
    form_code, CASE WHEN form_code = {register} THEN 0 ELSE unit_id END AS slot_unit,
    CASE WHEN form_code = {register} THEN '' ELSE period_id END AS slot_period,
    CASE WHEN form_code = {register} THEN period_end END AS slot_end, revision, report_date"""
_ALIKE = "PARTITION BY form_code, slot_unit, slot_period, slot_end, revision, report_date"
#: of few submissions: when each came, as far as the ledger knows, and its place among the files at hand
_CAME = """
    SELECT submission_id, min((e.at, length(e.event_id), e.event_id)) AS known, any_value(a.place) AS place
    FROM tied LEFT JOIN (FROM intake.event WHERE event = 'received') e USING (submission_id)
    LEFT JOIN judged.arrived a USING (submission_id) GROUP BY submission_id"""
_TAKEN = """
WITH staged AS (SELECT submission_id, {slot}, true AS is_staged FROM staging.submission WHERE signed_at IS NULL),
contender AS (
    FROM staged UNION ALL
    FROM (SELECT submission_id, {slot}, false AS is_staged FROM intake.submission WHERE verdict = 'accepted' AND signed_at IS NULL)
    SEMI JOIN staged USING (form_code, slot_unit, slot_period)
    WHERE submission_id NOT IN (SELECT submission_id FROM staging.submission)
), tied AS (
    FROM contender WHERE slot_unit IS NOT NULL AND slot_period IS NOT NULL AND revision IS NOT NULL AND report_date IS NOT NULL
    QUALIFY count(*) OVER ({alike}) > 1 AND bool_or(is_staged) OVER ({alike})
), in_order AS (
    SELECT *, first_value(submission_id) OVER ({alike} ORDER BY known NULLS LAST, place) AS standing_id
    FROM tied JOIN ({came}) USING (submission_id)
)
SELECT submission_id, standing_id, revision, report_date FROM in_order WHERE is_staged AND submission_id <> standing_id
"""
_UNSETTLED = """
WITH refused AS (SELECT DISTINCT submission_id FROM intake.finding WHERE code = ?),
contender AS (
    SELECT s.submission_id, {slot}, s.verdict = 'accepted' AS is_accepted
    FROM intake.submission s LEFT JOIN refused r USING (submission_id)
    WHERE s.signed_at IS NULL AND (s.verdict = 'accepted' OR r.submission_id IS NOT NULL)
), tied AS (
    FROM contender SEMI JOIN ({touched}) USING (form_code, slot_unit, slot_period)
    QUALIFY count(*) OVER ({alike}) > 1 OR NOT is_accepted
), in_order AS (
    SELECT *, coalesce(bool_or(is_accepted) OVER (
        {alike} ORDER BY known NULLS LAST, place ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ), false) AS is_later
    FROM tied JOIN ({came}) USING (submission_id)
)
SELECT submission_id FROM in_order WHERE is_accepted = is_later ORDER BY known NULLS LAST, place
"""
