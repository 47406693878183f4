-- The submission of this id if it is accepted or withdrawn, and the other accepted versions of the report (of a register: all).
WITH chosen AS (
    SELECT s.*, (SELECT bool_or(f.is_report) FROM core.dim_form f WHERE f.form_code = s.form_code) AS is_report
    FROM intake.submission s
    WHERE submission_id = $submission AND (verdict = 'accepted' OR submission_id IN (
        SELECT submission_id FROM intake.finding WHERE code = 'S-WITHDRAWN'))
)
SELECT s.submission_id, s.sha256
FROM intake.submission s JOIN chosen c ON s.form_code = c.form_code
WHERE s.submission_id = c.submission_id
   OR (s.verdict = 'accepted' AND (s.unit_id = c.unit_id AND s.period_id = c.period_id OR NOT c.is_report))
ORDER BY s.submission_id
