-- Đầy đủ và đúng hạn theo mẫu - What was expected of each unit on each form and what came; summed over the forms: mart.completeness.
--   year: Năm - Year
--   unit_id: Đơn vị - Unit
--   form_code: Mẫu - Form
--   period_id: Kỳ báo cáo - Period
--   is_expected: Phải báo cáo - A report is expected: of units alive on the last day of the period, while the form is in force
--   due_date: Hạn nộp - Due day by the deadline file
--   received_count: Số bản đã gửi - Distinct files received
--   accepted_count: Số bản được nhận - Versions accepted
--   first_report_date: Ngày báo cáo đầu tiên - Report date of the first version
--   days_late: Số ngày chậm - Days after due day plus grace; 0 when on time; blank when nothing accepted
--   timeliness: Tình trạng - on_time, late, rejected or missing
WITH report AS (
    SELECT * FROM intake.submission WHERE form_code IN (SELECT form_code FROM core.dim_form WHERE is_report)
),
span AS (
    SELECT min(year) AS first_year, max(year) AS last_year FROM report
    WHERE verdict = 'accepted' AND period_kind IN (SELECT period_kind FROM core.period_code)
),
period AS (
    SELECT d.form_code, y.year, y.year || '-' || c.period_code AS period_id, d.period_kind,
           last_day(make_date(y.year, c.last_month, 1)) AS period_end
    FROM span, unnest(range(first_year, last_year + 1)) AS y(year), core.deadline d JOIN core.period_code c USING (period_kind)
    WHERE d.is_expected
),
expected AS (
    SELECT p.form_code, p.year, u.unit_id, p.period_id, p.period_kind, p.period_end
    FROM period p
    JOIN core.dim_form f ON f.form_code = p.form_code AND f.is_report
        AND p.period_end BETWEEN f.valid_from AND coalesce(f.valid_to, DATE '9999-12-31')
    JOIN core.unit_on_day u ON p.period_end BETWEEN u.valid_from AND u.valid_until AND u.is_reporting
),
received AS (
    SELECT form_code, year, unit_id, period_id, period_kind, period_end, count(*) AS received_count,
           count(*) FILTER (verdict = 'accepted') AS accepted_count,
           min(report_date) FILTER (verdict = 'accepted') AS first_report_date
    FROM report WHERE unit_id IS NOT NULL AND period_id IS NOT NULL
    GROUP BY ALL
),
joined AS (
    SELECT form_code, year, unit_id, period_id, period_kind, period_end, e.unit_id IS NOT NULL AS is_expected,
           coalesce(r.received_count, 0) AS received_count, coalesce(r.accepted_count, 0) AS accepted_count,
           r.first_report_date
    FROM expected e FULL JOIN received r USING (form_code, year, unit_id, period_id, period_kind, period_end)
)
SELECT j.year, j.unit_id, j.form_code, j.period_id, j.is_expected, j.period_end + d.due_days::INTEGER AS due_date,
       j.received_count, j.accepted_count, j.first_report_date,
       -- greatest() passes over a NULL: what never came is not 0 days late
       CASE WHEN j.first_report_date IS NOT NULL
            THEN greatest(0, j.first_report_date - (j.period_end + (d.due_days + d.grace_days)::INTEGER)) END AS days_late,
       CASE WHEN j.accepted_count = 0 AND j.received_count > 0 THEN 'rejected'
            WHEN j.accepted_count = 0 THEN 'missing'
            WHEN j.first_report_date > j.period_end + (d.due_days + d.grace_days)::INTEGER THEN 'late'
            ELSE 'on_time' END AS timeliness
FROM joined j LEFT JOIN core.deadline d USING (form_code, period_kind)
