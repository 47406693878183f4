-- Of the last $most batches with files: how many files were new, how many were rejected, and how many of these by code.
WITH lately AS (
    SELECT batch_id, file_count - duplicate_count AS files, rejected_count FROM intake.batch
    WHERE file_count > 0 ORDER BY batch_no DESC LIMIT $most
)
SELECT l.files, l.rejected, e.code, e.submissions
FROM (SELECT coalesce(sum(files), 0)::BIGINT AS files, coalesce(sum(rejected_count), 0)::BIGINT AS rejected FROM lately) l
LEFT JOIN (
    SELECT f.code, count(DISTINCT f.submission_id) AS submissions
    FROM intake.finding f JOIN intake.submission s USING (submission_id)
    WHERE f.severity = 'error' AND s.verdict = 'rejected' AND s.submission_id IN (
        -- not by the batch that judged it last: that may be a replay of what came long ago
        SELECT a.submission_id FROM intake.event a WHERE a.event = 'received' AND a.batch_id IN (SELECT batch_id FROM lately)
    ) GROUP BY f.code
) e ON true
ORDER BY e.submissions DESC, e.code
