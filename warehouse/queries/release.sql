-- The newest release.
FROM meta.release ORDER BY release_no DESC LIMIT 1
