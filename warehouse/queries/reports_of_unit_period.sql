-- Every version of the reports of a unit, by a code that it has or had, on a period.
SELECT s.submission_id, s.unit_id FROM intake.submission s
WHERE s.unit_id IN (SELECT u.unit_id FROM core.dim_unit u WHERE u.unit_code = $unit) AND s.period_id = $period
  AND s.form_code IN (SELECT form_code FROM core.dim_form WHERE is_report)
ORDER BY s.submission_id
