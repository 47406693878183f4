-- of several forms for one period the worst: a unit is on time when every report that was expected of it is
SELECT year, unit_id, period_id, bool_or(is_expected) AS is_expected, max(due_date) AS due_date,
       sum(received_count)::BIGINT AS received_count, sum(accepted_count)::BIGINT AS accepted_count,
       min(first_report_date) AS first_report_date, max(days_late) AS days_late,
       max_by(timeliness, 4 * is_expected::INTEGER + CASE timeliness WHEN 'late' THEN 1 WHEN 'rejected' THEN 2 WHEN 'missing' THEN 3
              ELSE 0 END) AS timeliness
FROM mart.completeness_by_form
GROUP BY year, unit_id, period_id
