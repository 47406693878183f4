-- Some submissions as their receipts name them, with the commit of their verdict (UTC).
-- Of a rejected one also the largest number that an accepted version of the same report had when it was judged.
-- Marked: something is to be mended outside the cover, or another version is used.
-- Of one that is accepted and not used, or withdrawn, also the one that is: of the same unit and period, or the newest register.
SELECT s.submission_id, s.sha256, s.file_name, s.file_kind, s.unit_code, s.unit_name, s.period_id, s.revision, s.verdict,
       b.finished_at AS judged_at, s.received_at,
       CASE WHEN s.verdict = 'rejected' THEN (
           SELECT max(j.revision) FROM intake.judgement j JOIN intake.submission o USING (submission_id)
           WHERE j.verdict = 'accepted' AND j.batch_no <= b.batch_no AND j.unit_id = s.unit_id AND j.period_id = s.period_id
               AND o.form_code = s.form_code) END AS taken_revision,
       u.submission_id AS used_submission_id, u.revision AS used_revision, u.report_date AS used_report_date,
       (s.verdict = 'accepted' AND NOT s.is_current) OR s.submission_id IN (
           SELECT o.submission_id FROM intake.finding o
           WHERE o.severity <> 'info' AND o.table_name IS DISTINCT FROM 'cover'
               AND o.submission_id IN (SELECT unnest($ids::VARCHAR[]))) AS is_marked
FROM intake.submission s JOIN intake.batch b USING (batch_id)
LEFT JOIN (SELECT DISTINCT form_code, is_report FROM core.dim_form) f USING (form_code)
LEFT JOIN (SELECT DISTINCT submission_id FROM intake.finding WHERE code = 'S-WITHDRAWN') w ON w.submission_id = s.submission_id
LEFT JOIN intake.submission u ON (w.submission_id IS NOT NULL OR s.verdict = 'accepted' AND NOT s.is_current) AND u.is_current AND u.form_code = s.form_code
    AND (u.unit_id = s.unit_id AND u.period_id = s.period_id OR NOT f.is_report)
WHERE s.submission_id IN (SELECT unnest($ids::VARCHAR[])) ORDER BY s.submission_id
