-- The batches of these ids, oldest first.
FROM intake.batch WHERE batch_id IN (SELECT unnest($ids)) ORDER BY batch_no
