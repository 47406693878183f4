-- mart.completeness as it stands on a day, such as today, by what this file knows; of NULL it is the mart: see core.report_standing.
-- Of several forms for one period the worst counts: a unit is on time when every report that was expected of it is.
CREATE OR REPLACE MACRO mart.completeness_on(on_day) AS TABLE
SELECT year, unit_id, period_id, bool_or(is_expected) AS is_expected, max(due_date) AS due_date,
       sum(received_count)::BIGINT AS received_count, sum(accepted_count)::BIGINT AS accepted_count,
       min(first_report_date) AS first_report_date, max(days_late) AS days_late,
       max_by(timeliness, 5 * is_expected::INTEGER + CASE timeliness WHEN 'not_due' THEN 1 WHEN 'late' THEN 2
              WHEN 'rejected' THEN 3 WHEN 'missing' THEN 4 ELSE 0 END) AS timeliness
FROM core.report_standing(on_day)
GROUP BY year, unit_id, period_id
