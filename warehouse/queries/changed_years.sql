-- The tables and years whose content a release changed.
SELECT table_name, year FROM meta.release_diff WHERE release_no = $release_no AND is_changed AND year IS NOT NULL
