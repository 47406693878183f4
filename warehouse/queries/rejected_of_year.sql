-- The rejected reports of some years, of one unit or of all (unit NULL).
SELECT submission_id, unit_code, period_id, file_name FROM intake.submission s
WHERE verdict = 'rejected' AND year IN (SELECT unnest($years::BIGINT[])) AND ($unit::BIGINT IS NULL OR unit_id = $unit)
  AND form_code IN (SELECT form_code FROM core.dim_form WHERE is_report)
ORDER BY unit_code, period_id, file_name
