-- Every submission, the first judged first: when its verdict was committed (seconds since 1970, UTC).
SELECT submission_id, epoch(finished_at) AS judged_at
FROM intake.submission JOIN intake.batch USING (batch_id) ORDER BY batch_no, submission_id
