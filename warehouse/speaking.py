"""Who may speak for whom: what the ways that files came through come to, by the register.

One way in order is enough: the same bytes through another folder neither harm nor help. A folder speaks for its unit, for units
that it succeeded, and for all that the register has below it between the first day of the period and the arrival.

Does not belong here: what is asked (warehouse.senders), remembering how files came (assets.intake.notes).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb


def find_speakers(con: duckdb.DuckDBPyConnection) -> None:
    """Say of each staged arrival whose folder it came through, of each submission the best of these, and what is wrong.

    Reads the register as ``core`` shows it; what is wrong is added to ``staging.cell_issue``.
    """
    if not con.execute("FROM staging.arrival LIMIT 1").fetchall():
        return
    con.execute(_STATES)
    con.execute(_BEST)
    for code, state, expected in _FOLDER_ISSUES:
        con.execute(_ISSUE.format(expected=expected), [code, state])


_STATES = """
UPDATE staging.arrival SET sender_state = found.sender_state FROM (
    WITH RECURSIVE speaker AS (
        SELECT unit_id, parent_unit_id AS speaker_id, valid_from, valid_until FROM core.unit_on_day
        WHERE parent_unit_id IS NOT NULL
        UNION ALL
        SELECT from_unit_id, to_unit_id, succession_date, DATE '9999-12-31' FROM core.unit_succession
        WHERE to_unit_id IS NOT NULL
    ),
    above AS (
        SELECT s.submission_id, s.unit_id, s.period_start, greatest(s.period_end, max(r.arrived_at)::DATE) AS until
        FROM staging.submission s JOIN staging.arrival r USING (submission_id)
        WHERE s.unit_id IS NOT NULL GROUP BY s.submission_id, s.unit_id, s.period_start, s.period_end
        UNION
        SELECT a.submission_id, u.speaker_id, a.period_start, a.until
        FROM above a JOIN speaker u ON u.unit_id = a.unit_id AND u.valid_from <= a.until AND u.valid_until >= a.period_start
    ),
    named AS (SELECT DISTINCT upper(unit_code) AS code, unit_id FROM core.dim_unit),
    folder AS (
        SELECT DISTINCT r.submission_id, r.inbox_folders, r.sender_code, upper(r.sender_code) AS code, s.unit_id,
               upper(s.unit_code) AS unit_code
        FROM staging.arrival r JOIN staging.submission s USING (submission_id)
    )
    SELECT submission_id, inbox_folders, sender_code, CASE
        WHEN inbox_folders = 'shared' OR (inbox_folders = 'unit' AND code IS NULL) THEN 'shared'
        WHEN code IS NULL THEN 'nobody'
        WHEN code = unit_code OR is_own THEN 'own'
        WHEN is_above THEN 'above'
        WHEN NOT is_known THEN 'unknown'
        WHEN unit_code IS NULL THEN 'unread'
        ELSE 'other' END AS sender_state
    FROM (
        SELECT f.*, bool_or(n.unit_id = f.unit_id) AS is_own, bool_or(a.unit_id IS NOT NULL) AS is_above,
               count(n.code) > 0 AS is_known
        FROM folder f LEFT JOIN named n ON n.code = f.code
        LEFT JOIN above a ON a.submission_id = f.submission_id AND a.unit_id = n.unit_id
        GROUP BY ALL
    )
) found
WHERE arrival.submission_id = found.submission_id AND arrival.inbox_folders = found.inbox_folders
  AND arrival.sender_code IS NOT DISTINCT FROM found.sender_code
"""
#: the states in the order of their list: those in order first
_BEST = """
UPDATE staging.submission SET sender_code = best.sender_code, sender_state = best.sender_state FROM (
    SELECT r.submission_id, r.sender_code, r.sender_state FROM staging.arrival r
    JOIN core.dim_code c ON c.code_list = 'sender_state' AND c.code = r.sender_state
    QUALIFY row_number() OVER (PARTITION BY r.submission_id ORDER BY c.position, r.arrived_at, r.sender_code) = 1
) best WHERE submission.submission_id = best.submission_id
"""
_ISSUE = """
INSERT INTO staging.cell_issue BY NAME
SELECT s.submission_id, $1 AS code, 'cover' AS table_name, 0 AS row_no, 'unit_code' AS column_name, NULL AS sheet, NULL AS cell,
       concat_ws(' - ', 'Thư mục ' || s.sender_code, s.unit_code || coalesce(' (' || s.unit_name || ')', '')) AS found,
       {expected} AS detail
FROM staging.submission s WHERE s.sender_state = $2
"""
_FOLDER_OF = """'Thư mục ' || s.sender_code || ' chỉ nhận tệp của '
    || (SELECT max_by(u.unit_name, u.valid_from) FROM core.dim_unit u WHERE upper(u.unit_code) = upper(s.sender_code))
    || ' và các đơn vị trực thuộc, các đơn vị đã nhập vào; tệp của ' || s.unit_code
    || ' gửi vào thư mục ' || s.unit_code || ' hoặc của cấp trên'"""
_OWN_FOLDER = "'Thư mục mang mã đơn vị: ' || coalesce(s.unit_code, 'mã đơn vị ghi trên tệp')"
_FOLDER_ISSUES = (
    ("S-FOLDER-OTHER", "other", _FOLDER_OF),
    ("S-FOLDER-UNKNOWN", "unknown", _OWN_FOLDER),
    ("S-FOLDER-NONE", "nobody", _OWN_FOLDER),
)
