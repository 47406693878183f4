-- Content hash of every table and year as it was published at a release (its number), at a moment (UTC) or at the end of a day. What
-- <table>_as_of gives is hashed alike unless its definition has changed since: meta.release says by which declarations each was made.
CREATE OR REPLACE MACRO meta.table_hash_as_of(known) AS TABLE
SELECT d.table_name, d.year, d.rows_after AS row_count, d.content_hash
FROM meta.release_diff d JOIN meta.release r USING (release_no)
WHERE r.batch_no <= meta.batch_known(known)
QUALIFY d.release_no = max(d.release_no) OVER (PARTITION BY d.table_name, d.year) AND (d.rows_after > 0 OR d.content_hash IS NOT NULL)
