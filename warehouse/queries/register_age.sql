-- The register in force: its period, the date that it bears, and when it came (UTC).
SELECT period_id, report_date, received_at FROM intake.submission
WHERE is_current AND form_code IN (SELECT form_code FROM core.dim_form WHERE NOT is_report)
