"""What a register says otherwise than the one before: which known reports are judged anew for it, which units compared anew.

Read from any connection that has ``staging``, ``core`` and ``intake``. Does not belong here: the register as a whole, and what one
may not leave out (warehouse.registers); judging (expectations).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from warehouse.forms import register_form

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import duckdb

#: what the register says, each row beginning with a kind and what it speaks of: see ``register_rows``
RegisterRows = set[tuple[object, ...]]
_ONE_DAY = timedelta(days=1)


def register_rows(con: duckdb.DuckDBPyConnection) -> RegisterRows:
    """Return what the register says; two of them are compared.

    ``level``: a unit code and one that it ever has; ``name``: a unit code and a name, as a key; ``stretch``: a unit code, what it
    means for some days, the first and the last of these; ``succession``: the code of a unit, what became of it, the first day
    and the last; ``document``: a number as reports cite it; ``key``: a public key.
    """
    return set(con.execute(_ROWS).fetchall())


def submissions_to_replay(con: duckdb.DuckDBPyConnection, before: RegisterRows, after: RegisterRows) -> list[str]:
    """Return the known reports that the register says something else about in ``after`` than in ``before``.

    Those of units whose stretches differ on a day of the period (any day, where folders or signatures are asked about: who may
    speak for a unit hangs on the day of arrival too), or whose levels do; those with a name, a cited document or a key that
    differs; and the rejected ones that were meant for such a unit.
    """
    if not (changed := after ^ before):
        return []
    levels, cited, keys = (_named(changed, kind) for kind in ("level", "document", "key"))
    names = sorted({(str(row[1]), str(row[2])) for row in changed if row[0] == "name"})
    days = [d for kind in ("stretch", "succession") for d in _days(before, after, kind)]
    told = [[getattr(d, name) for d in days] for name in ("code", "first", "last")]
    named = [[name[i] for name in names] for i in (0, 1)]
    found = con.execute(_TO_REPLAY, [register_form(), *told, *named, levels, keys, cited]).fetchall()
    return [row[0] for row in found]


def touch_units(con: duckdb.DuckDBPyConnection, before: RegisterRows, after: RegisterRows) -> None:
    """Add the units of whom the register says something else to those whose reports are compared with each other."""
    codes = {str(row[1]) for row in after ^ before if row[0] in ("level", "stretch", "succession")}
    if codes:
        con.execute(_TOUCH, [sorted(codes)])


@dataclass(frozen=True, slots=True)
class _Days:
    """Days on which a unit code means something else."""

    code: str
    first: date
    last: date


def _named(changed: Iterable[tuple[object, ...]], kind: str) -> list[str]:
    return sorted({str(row[1]) for row in changed if row[0] == kind})


def _days(before: RegisterRows, after: RegisterRows, kind: str) -> Iterator[_Days]:
    """Yield the days of the rows that differ; of a row that differs in its last day only those between the two."""
    was, now = ({row[:-1]: row[-1] for row in rows if row[0] == kind} for rows in (before, after))
    for row in was.keys() | now.keys():
        ends: list[Any] = sorted({e[row] for e in (was, now) if row in e})
        if len(ends) == 2:
            yield _Days(str(row[1]), ends[0] + _ONE_DAY, ends[1])
        elif not (row in was and row in now):
            yield _Days(str(row[1]), row[-1], ends[0])  # type: ignore[arg-type]


_ROWS = """
SELECT 'level', unit_code, level_code, NULL, NULL, NULL, NULL FROM core.dim_unit
UNION ALL
SELECT 'name', unit_code, name_key, NULL, NULL, NULL, NULL FROM core.unit_name_key
UNION ALL
SELECT 'stretch', unit_code, unit_id::VARCHAR, parent_unit_id::VARCHAR, NULL, valid_from, valid_until FROM core.unit_on_day
UNION ALL
SELECT 'succession', u.unit_code, s.to_unit_id::VARCHAR, s.succession_kind_code, NULL, s.succession_date - 1, DATE '9999-12-31'
FROM core.unit_succession s JOIN core.dim_unit u ON u.unit_id = s.from_unit_id
UNION ALL
SELECT 'document', c.cited_number, c.document_id::VARCHAR, d.document_number, d.document_date, NULL, NULL
FROM core.citation_document c JOIN core.dim_document d USING (document_id)
UNION ALL
SELECT 'key', public_key, unit_id::VARCHAR, NULL, NULL, valid_from, valid_to FROM core.dim_unit_key
"""
# a rejected report has no facts, so its citations are known from its findings
_TO_REPLAY = """
WITH told AS (SELECT unnest($2) AS unit_code, unnest($3) AS first_day, unnest($4) AS last_day),
named AS (SELECT unnest($5) AS unit_code, unnest($6) AS name_key),
known AS (
    SELECT submission_id, verdict, unit_code, core.text_key(unit_code) AS code_key, core.text_key(unit_name) AS name_key,
           period_start, CASE WHEN sender_code IS NULL AND coalesce(signature_state, 'unasked') = 'unasked' THEN period_end
                ELSE DATE '9999-12-31' END AS until
    FROM intake.submission WHERE form_code <> $1 AND submission_id NOT IN (SELECT submission_id FROM judged.submission)
)
SELECT submission_id FROM known k
WHERE unit_code IN (SELECT unnest($7))
   OR EXISTS (FROM told t WHERE t.unit_code = k.unit_code AND t.first_day <= k.until AND t.last_day >= k.period_start)
   OR EXISTS (FROM named n WHERE n.unit_code = k.unit_code AND n.name_key = k.name_key)
   OR (verdict = 'rejected' AND (code_key IN (SELECT core.text_key(t.unit_code) FROM told t)
                                 OR name_key IN (SELECT n.name_key FROM named n)))
   OR submission_id IN (SELECT a.submission_id FROM intake.arrival a WHERE a.public_key IN (SELECT unnest($8)))
   OR submission_id IN (SELECT t.submission_id FROM core.fact_training t WHERE t.document_number IN (SELECT unnest($9)))
   OR submission_id IN (SELECT f.submission_id FROM intake.finding f WHERE f.table_name = 'training'
                        AND f.column_name = 'document_number' AND f.found IN (SELECT unnest($9)))
ORDER BY 1
"""
_TOUCH = """
INSERT INTO staging.touched_unit
SELECT DISTINCT unit_id FROM (
    SELECT u.unit_id FROM core.dim_unit u WHERE u.unit_code IN (SELECT unnest($1))
    UNION
    SELECT s.to_unit_id FROM core.unit_succession s JOIN core.dim_unit u ON u.unit_id = s.from_unit_id
    WHERE u.unit_code IN (SELECT unnest($1))
) WHERE unit_id IS NOT NULL EXCEPT SELECT unit_id FROM staging.touched_unit
"""
