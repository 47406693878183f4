-- The last ten batches, newest first.
FROM intake.batch ORDER BY batch_id DESC LIMIT 10
