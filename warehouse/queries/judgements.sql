-- Every submission, the first judged first: when its verdict was committed (seconds since 1970, UTC).
-- Marked: there is something to tell its unit, findings that matter or that another version is used.
SELECT submission_id, epoch(finished_at) AS judged_at,
       error_count + warning_count > 0 OR (verdict = 'accepted' AND NOT is_current) AS is_marked
FROM intake.submission JOIN intake.batch USING (batch_id) ORDER BY batch_no, submission_id
