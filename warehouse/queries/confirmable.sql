-- Registers newer than the one in force that wait for a confirmation.
-- They are rejected for nothing but how far they go, or what they leave out of the one before.
SELECT s.submission_id, s.sha256, s.file_name
FROM intake.submission s JOIN intake.finding f USING (submission_id), (
    SELECT max((period_end, revision, report_date)) AS place FROM intake.submission
    WHERE is_current AND form_code IN (SELECT form_code FROM core.dim_form WHERE NOT is_report)
) in_force
WHERE s.verdict = 'rejected' AND f.severity = 'error' AND (s.period_end, s.revision, s.report_date) > in_force.place
GROUP BY ALL HAVING bool_and(f.code = 'S-REGISTER-HELD' OR f.code LIKE 'R-%-LOST')
ORDER BY s.submission_id
