-- Some submissions as their receipts name them, with the commit of their verdict (UTC).
-- Of a rejected one also the largest number that an accepted version of the same report had when it was judged.
-- Marked: something is to be mended outside the cover, or another version is used.
-- Of one that was accepted and not used, or withdrawn, also the one that was used then: $asked and $used name both.
SELECT s.submission_id, s.sha256, s.file_name, s.file_kind, s.unit_code, s.unit_name, s.period_id, s.revision, s.verdict,
       b.finished_at AS judged_at, s.received_at,
       CASE WHEN s.verdict = 'rejected' THEN (
           SELECT max(j.revision) FROM intake.judgement j JOIN intake.submission o USING (submission_id)
           WHERE j.verdict = 'accepted' AND j.batch_no <= b.batch_no AND j.unit_id = s.unit_id AND j.period_id = s.period_id
               AND o.form_code = s.form_code) END AS taken_revision,
       u.submission_id AS used_submission_id, u.revision AS used_revision, u.report_date AS used_report_date,
       (s.verdict = 'accepted' AND u.submission_id IS NOT NULL) OR s.submission_id IN (
           SELECT o.submission_id FROM intake.finding o
           WHERE o.severity <> 'info' AND o.table_name IS DISTINCT FROM 'cover'
               AND o.submission_id IN (SELECT unnest($ids::VARCHAR[]))) AS is_marked
FROM intake.submission s JOIN intake.batch b USING (batch_id)
LEFT JOIN (SELECT DISTINCT submission_id FROM intake.finding WHERE code = 'S-WITHDRAWN') w ON w.submission_id = s.submission_id
LEFT JOIN (SELECT unnest($asked::VARCHAR[]) AS asked_id, unnest($used::VARCHAR[]) AS used_id) t ON t.asked_id = s.submission_id AND (s.verdict = 'accepted' OR w.submission_id IS NOT NULL)
LEFT JOIN intake.submission u ON u.submission_id = t.used_id AND u.submission_id <> s.submission_id
WHERE s.submission_id IN (SELECT unnest($ids::VARCHAR[])) ORDER BY s.submission_id
