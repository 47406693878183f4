-- The last ten batches, newest first.
FROM intake.batch ORDER BY batch_no DESC LIMIT 10
