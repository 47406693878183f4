"""Who may speak for whom: what the ways that files came come to, by the register - folders of the inbox, and signatures.

One way in order is enough: the same bytes through another folder neither harm nor help. A folder, or a key, speaks for its unit,
for units that it succeeded, and for all that the register has below it between the first day of the period and the arrival.

Does not belong here: what is asked (warehouse.senders), remembering how files came (assets.intake.notes), verifying signatures
(assets.intake.signature).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb


def find_speakers(con: duckdb.DuckDBPyConnection) -> None:
    """Say of each staged arrival whose folder and whose key it came with, of each submission the best of these, and what is wrong.

    Reads the register as ``core`` shows it; what is wrong is added to ``staging.cell_issue``.
    """
    if not con.execute("FROM staging.arrival LIMIT 1").fetchall():
        return
    for parts in (_SENDER_STATE, _SIGNATURE_STATE):
        con.execute(_STATE.format(above=_ABOVE, **parts))
    con.execute(_BEST_SENDER)
    con.execute(_BEST_SIGNATURE)
    for code, state, expected in _FOLDER_ISSUES:
        con.execute(_FOLDER_ISSUE.format(expected=expected), [code, state])
    for code, state, expected in _SIGNATURE_ISSUES:
        con.execute(_SIGNATURE_ISSUE.format(expected=expected), [code, state])


#: the day in Vietnam of a moment in UTC
_DAY = "({} + INTERVAL 7 HOUR)::DATE"
#: the units that may speak for that of each submission, it among them
_ABOVE = f"""
    speaker AS (
        SELECT unit_id, parent_unit_id AS speaker_id, valid_from, valid_until FROM core.unit_on_day
        WHERE parent_unit_id IS NOT NULL
        UNION ALL
        SELECT from_unit_id, to_unit_id, succession_date, DATE '9999-12-31' FROM core.unit_succession
        WHERE to_unit_id IS NOT NULL
    ),
    above AS (
        SELECT s.submission_id, s.unit_id, s.period_start, greatest(s.period_end, {_DAY.format("max(r.arrived_at)")}) AS until
        FROM staging.submission s JOIN staging.arrival r USING (submission_id)
        WHERE s.unit_id IS NOT NULL GROUP BY s.submission_id, s.unit_id, s.period_start, s.period_end
        UNION
        SELECT a.submission_id, u.speaker_id, a.period_start, a.until
        FROM above a JOIN speaker u ON u.unit_id = a.unit_id AND u.valid_from <= a.until AND u.valid_until >= a.period_start
    )"""
#: ``state`` of each way that a file came, which ``facts`` are gathered for
_STATE = """
UPDATE staging.arrival SET {column} = found.state FROM (
    WITH RECURSIVE {above},
    way AS (
        SELECT r.*, s.unit_id, upper(s.unit_code) AS unit_code, upper(r.sender_code) AS folder
        FROM staging.arrival r JOIN staging.submission s USING (submission_id)
    )
    SELECT submission_id, arrived_at, inbox_folders, sender_code, signature_sha256, {state} AS state FROM ({facts})
) found
WHERE arrival.submission_id = found.submission_id AND arrival.arrived_at = found.arrived_at
  AND arrival.inbox_folders = found.inbox_folders AND arrival.sender_code IS NOT DISTINCT FROM found.sender_code
  AND arrival.signature_sha256 IS NOT DISTINCT FROM found.signature_sha256
"""
_SENDER_STATE = {
    "column": "sender_state",
    "state": """CASE
        WHEN inbox_folders = 'shared' OR (inbox_folders = 'unit' AND folder IS NULL) THEN 'shared'
        WHEN folder IS NULL THEN 'nobody'
        WHEN folder = unit_code OR is_own THEN 'own'
        WHEN is_above THEN 'above'
        WHEN NOT is_known THEN 'unknown'
        WHEN unit_code IS NULL THEN 'unread'
        ELSE 'other' END""",
    "facts": """
        SELECT w.*, bool_or(n.unit_id = w.unit_id) AS is_own, bool_or(a.unit_id IS NOT NULL) AS is_above,
               count(n.code) > 0 AS is_known
        FROM way w LEFT JOIN (SELECT DISTINCT upper(unit_code) AS code, unit_id FROM core.dim_unit) n ON n.code = w.folder
        LEFT JOIN above a ON a.submission_id = w.submission_id AND a.unit_id = n.unit_id
        GROUP BY ALL""",
}
_SIGNATURE_STATE = {
    "column": "signature_state",
    "state": """CASE
        WHEN signatures = 'off' THEN 'unasked'
        WHEN signature_sha256 IS NULL THEN 'missing'
        WHEN public_key IS NULL THEN 'wrong'
        WHEN NOT is_known THEN 'unknown'
        WHEN unit_id IS NULL THEN 'unread'
        WHEN is_valid THEN 'good'
        WHEN is_above THEN 'expired'
        ELSE 'other' END""",
    "facts": f"""
        SELECT w.*, count(k.public_key) > 0 AS is_known, bool_or(a.unit_id IS NOT NULL) AS is_above,
               bool_or(a.unit_id IS NOT NULL AND {_DAY.format("w.arrived_at")} >= k.valid_from
                       AND {_DAY.format("w.arrived_at")} <= coalesce(k.valid_to, DATE '9999-12-31')) AS is_valid
        FROM way w LEFT JOIN core.dim_unit_key k ON k.public_key = w.public_key
        LEFT JOIN above a ON a.submission_id = w.submission_id AND a.unit_id = k.unit_id
        GROUP BY ALL""",
}
#: the states in the order of their lists: those in order first
_BEST_SENDER = """
UPDATE staging.submission SET sender_code = best.sender_code, sender_state = best.sender_state FROM (
    SELECT r.submission_id, r.sender_code, r.sender_state FROM staging.arrival r
    JOIN core.dim_code c ON c.code_list = 'sender_state' AND c.code = r.sender_state
    QUALIFY row_number() OVER (PARTITION BY r.submission_id ORDER BY c.position, r.arrived_at, r.sender_code) = 1
) best WHERE submission.submission_id = best.submission_id
"""
_BEST_SIGNATURE = """
UPDATE staging.submission SET signature_state = best.state, signed_at = best.signed_at FROM (
    SELECT r.submission_id, arg_min(r.signature_state, c.position) AS state,
           min(r.arrived_at) FILTER (r.signature_state = 'good') AS signed_at
    FROM staging.arrival r JOIN core.dim_code c ON c.code_list = 'signature_state' AND c.code = r.signature_state
    GROUP BY r.submission_id
) best WHERE submission.submission_id = best.submission_id
"""
_FOLDER_ISSUE = """
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
#: one way that came when a fault was a warning keeps it one
_SIGNATURE_ISSUE = """
INSERT INTO staging.cell_issue BY NAME
SELECT s.submission_id, $1 AS code, 'cover' AS table_name, 0 AS row_no, 'unit_code' AS column_name, NULL AS sheet, NULL AS cell,
       coalesce(any_value(r.signature_fault), 'khóa ...' || right(min(r.public_key), 12)) AS found, {expected} AS detail,
       CASE WHEN s.submission_id IN (SELECT w.submission_id FROM staging.arrival w WHERE w.signatures = 'warn')
            THEN 'warning' END AS severity
FROM staging.submission s JOIN staging.arrival r
    ON r.submission_id = s.submission_id AND r.signature_state = s.signature_state
WHERE s.signature_state = $2
GROUP BY s.submission_id, s.unit_code, s.file_name
"""
_OF_KEY = "FROM core.dim_unit_key k JOIN core.dim_unit u USING (unit_id) WHERE k.public_key = min(r.public_key)"
_SIGNATURE_ISSUES = (
    ("S-SIGNATURE-MISSING", "missing",
     "'Tệp ' || s.file_name || '.sig, ký bằng khóa của ' || coalesce(s.unit_code, 'đơn vị')"),
    ("S-SIGNATURE-WRONG", "wrong", "NULL"),
    ("S-SIGNATURE-UNKNOWN", "unknown", "NULL"),
    ("S-SIGNATURE-OTHER", "other",
     "'Khóa của ' || s.unit_code || ' hoặc của cấp trên; khóa này là của ' "
     f"|| (SELECT string_agg(DISTINCT u.unit_code, ', ') {_OF_KEY})"),
    ("S-SIGNATURE-EXPIRED", "expired",
     "(SELECT 'Khóa này có hiệu lực ' || string_agg(DISTINCT 'từ ' || strftime(k.valid_from, '%d/%m/%Y') "
     f"|| coalesce(' đến ' || strftime(k.valid_to, '%d/%m/%Y'), ''), ', ') {_OF_KEY})"),
)  # fmt: skip
