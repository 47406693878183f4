-- Submissions whose receipt nobody waits for any more: the report was accepted, or the unit sent another version of it later.
SELECT submission_id FROM intake.submission s
WHERE verdict = 'accepted' OR EXISTS (
    SELECT 1 FROM intake.submission o
    WHERE (o.form_code, o.unit_id, o.period_id) = (s.form_code, s.unit_id, s.period_id) AND o.received_at > s.received_at)
ORDER BY submission_id
