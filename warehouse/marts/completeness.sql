WITH span AS (
    SELECT min(year) AS first_year, max(year) AS last_year FROM intake.submission
    WHERE verdict = 'accepted' AND form_code = 'BCDV' AND period_kind <> 'R'
),
due AS (SELECT * REPLACE (due_days::INTEGER AS due_days, grace_days::INTEGER AS grace_days) FROM core.deadline),
expected AS (
    SELECT y.year, u.unit_id, y.year || '-Y' AS period_id
    FROM span, unnest(range(first_year, last_year + 1)) AS y(year)
    JOIN core.unit_on_day u ON make_date(y.year, 12, 31) BETWEEN u.valid_from AND u.valid_until
    WHERE u.level_code = 'co_so' AND EXISTS (FROM core.deadline WHERE period_kind = 'Y' AND is_expected)
),
received AS (
    SELECT year, unit_id, period_id, count(*) AS received_count,
           count(*) FILTER (verdict = 'accepted') AS accepted_count,
           min(report_date) FILTER (verdict = 'accepted') AS first_report_date
    FROM intake.submission
    WHERE form_code = 'BCDV' AND unit_id IS NOT NULL AND period_id IS NOT NULL
    GROUP BY year, unit_id, period_id
),
joined AS (
    SELECT coalesce(e.year, r.year) AS year, coalesce(e.unit_id, r.unit_id) AS unit_id,
           coalesce(e.period_id, r.period_id) AS period_id, e.unit_id IS NOT NULL AS is_expected,
           coalesce(r.received_count, 0) AS received_count, coalesce(r.accepted_count, 0) AS accepted_count,
           r.first_report_date
    FROM expected e FULL JOIN received r USING (year, unit_id, period_id)
)
SELECT j.year, j.unit_id, j.period_id, j.is_expected, p.period_end + d.due_days AS due_date,
       j.received_count, j.accepted_count, j.first_report_date,
       -- greatest() passes over a NULL: what never came is not 0 days late
       CASE WHEN j.first_report_date IS NOT NULL
            THEN greatest(0, j.first_report_date - (p.period_end + d.due_days + d.grace_days)) END AS days_late,
       CASE WHEN j.accepted_count = 0 AND j.received_count > 0 THEN 'rejected'
            WHEN j.accepted_count = 0 THEN 'missing'
            WHEN j.first_report_date > p.period_end + d.due_days + d.grace_days THEN 'late'
            ELSE 'on_time' END AS timeliness
FROM joined j
LEFT JOIN core.dim_period p USING (period_id)
LEFT JOIN due d ON d.form_code = 'BCDV' AND d.period_kind = p.period_kind
