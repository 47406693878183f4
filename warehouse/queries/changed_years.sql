-- The tables and years whose content a release changed.
SELECT table_name, year FROM meta.release_diff WHERE release_no = $release_no AND year IS NOT NULL
