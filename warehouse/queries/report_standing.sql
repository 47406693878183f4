-- One row per report that a unit is expected to send: whether it came in time, and while it is owed, how urgent that is on $today.
WITH period AS (
    SELECT unnest($calendar::STRUCT(
        form_code VARCHAR, period_id VARCHAR, period_label VARCHAR, year BIGINT, period_end DATE,
        due_date DATE, last_day DATE, asked_from DATE, asked_until DATE
    )[], recursive := true)
),
received AS (
    SELECT form_code, unit_id, period_id, count(*) FILTER (verdict = 'accepted') AS accepted_count,
           min(report_date) FILTER (verdict = 'accepted') AS first_report_date
    FROM intake.submission WHERE unit_id IS NOT NULL AND period_id IS NOT NULL
    GROUP BY form_code, unit_id, period_id
)
SELECT p.*, u.unit_id, u.unit_code, u.unit_name,
       CASE WHEN r.accepted_count = 0 THEN 'rejected'
            WHEN r.accepted_count IS NULL THEN 'missing'
            WHEN r.first_report_date > p.last_day THEN 'late'
            ELSE 'on_time' END AS timeliness,
       CASE WHEN r.accepted_count > 0 THEN NULL
            WHEN $today::DATE <= p.due_date THEN 'due'
            WHEN $today::DATE <= p.last_day THEN 'late'
            ELSE 'overdue' END AS due_state
FROM period p
JOIN core.unit_on_day u ON p.period_end BETWEEN u.valid_from AND u.valid_until AND u.is_reporting
LEFT JOIN received r ON r.form_code = p.form_code AND r.unit_id = u.unit_id AND r.period_id = p.period_id
