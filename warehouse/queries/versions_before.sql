-- Of some submissions the one of the same report that came last before: a second version of a report, and its first.
SELECT s.submission_id, p.submission_id AS before_id, s.sha256, s.file_name, p.sha256 AS before_sha256, p.file_name AS before_name
FROM intake.submission s JOIN intake.submission p
    ON p.form_code = s.form_code AND p.unit_code = s.unit_code AND p.period_id = s.period_id AND p.submission_id <> s.submission_id
    AND (p.received_at, coalesce(p.revision, 0), p.submission_id) < (s.received_at, coalesce(s.revision, 0), s.submission_id)
WHERE s.submission_id IN (SELECT unnest($ids::VARCHAR[])) AND s.form_code IN (SELECT form_code FROM core.dim_form WHERE is_report)
QUALIFY row_number() OVER (
    PARTITION BY s.submission_id ORDER BY p.received_at DESC, coalesce(p.revision, 0) DESC, p.submission_id DESC) = 1
ORDER BY s.submission_id
