-- Some submissions as their receipts name them, with the commit of their verdict (UTC).
SELECT s.submission_id, s.sha256, s.file_name, s.file_kind, s.unit_code, s.unit_name, s.period_id, s.revision, s.verdict,
       b.finished_at AS judged_at
FROM intake.submission s JOIN intake.batch b USING (batch_id)
WHERE s.submission_id IN (SELECT unnest($ids::VARCHAR[])) ORDER BY s.submission_id
