-- How settled the years of a window are: which of them are not closed, the newest release, and the one that last changed a closed year of them.
SELECT list(y.year ORDER BY y.year) FILTER (r.release_no IS NULL) AS open_years, max(r.release_no) AS closed_release_no, max(r.revised_at) AS at,
       (SELECT max(release_no) FROM meta.release) AS release_no
FROM (SELECT unnest(range(year($first_day::DATE), year($last_day::DATE) + 1)) AS year) y
LEFT JOIN meta.year_revision r ON r.year = y.year
