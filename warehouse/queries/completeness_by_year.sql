-- Reports expected by year, and how they stand on $today: in time, late, rejected, missing, not due yet. From the first year reported on.
WITH span AS (
    SELECT min(year) AS first_year, max(year) AS last_year FROM intake.submission
    WHERE verdict = 'accepted' AND NOT core.is_roll_up(period_kind) AND form_code IN (SELECT form_code FROM core.dim_form WHERE is_report)
)
SELECT r.year, count(*) AS expected,
       count(*) FILTER (r.timeliness = 'on_time') AS on_time,
       count(*) FILTER (r.timeliness = 'late') AS late,
       count(*) FILTER (r.timeliness = 'rejected') AS rejected,
       count(*) FILTER (r.timeliness = 'missing' AND r.due_state <> 'due') AS missing,
       count(*) FILTER (r.timeliness = 'missing' AND r.due_state = 'due') AS not_due
FROM {report_standing} r, span s
WHERE r.year >= s.first_year AND (r.year <= s.last_year OR r.asked_from <= $today::DATE)
GROUP BY r.year ORDER BY r.year
