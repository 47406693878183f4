-- Submissions whose rows in the ledger contradict each other, and how.
WITH counted AS (
    SELECT submission_id,
           coalesce(sum(1 + coalesce(more_count, 0)) FILTER (severity = 'error'), 0) AS errors,
           coalesce(sum(1 + coalesce(more_count, 0)) FILTER (severity = 'warning'), 0) AS warnings
    FROM intake.finding GROUP BY submission_id
),
newest AS (
    SELECT submission_id, verdict, batch_id FROM intake.judgement
    QUALIFY row_number() OVER (PARTITION BY submission_id ORDER BY batch_no DESC) = 1
)
SELECT s.submission_id, s.file_name, concat_ws('; ',
       CASE WHEN s.submission_id <> s.sha256[:16] THEN 'its id is not of its hash' END,
       CASE WHEN s.error_count <> coalesce(c.errors, 0) THEN 'its errors are not those that are counted' END,
       CASE WHEN s.warning_count <> coalesce(c.warnings, 0) THEN 'its warnings are not those that are counted' END,
       CASE WHEN (s.verdict = 'rejected') <> (s.error_count > 0) THEN 'its verdict is not that of its errors' END,
       CASE WHEN n.verdict IS DISTINCT FROM s.verdict OR n.batch_id IS DISTINCT FROM s.batch_id
            THEN 'its verdict is not the last one given' END,
       CASE WHEN s.submission_id NOT IN (SELECT e.submission_id FROM intake.event e) THEN 'no event tells of it' END) AS what
FROM intake.submission s LEFT JOIN counted c USING (submission_id) LEFT JOIN newest n USING (submission_id)
WHERE what <> '' ORDER BY s.submission_id
