-- Every version of the reports of a unit, by the code that it has on the last day, on a period.
SELECT s.submission_id, s.unit_id FROM intake.submission s
JOIN core.unit_on_day u ON u.unit_id = s.unit_id AND s.period_end >= u.valid_from AND s.period_end < u.next_from
WHERE u.unit_code = $unit AND s.period_id = $period AND s.form_code IN (SELECT form_code FROM core.dim_form WHERE is_report)
ORDER BY s.submission_id
