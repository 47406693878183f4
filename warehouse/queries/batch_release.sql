-- The release that a batch made: one row, NULL when it made none.
SELECT max(release_no) AS release_no FROM meta.release WHERE batch_id = $batch_id
