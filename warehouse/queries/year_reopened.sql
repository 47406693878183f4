-- The release in which a year was last opened again; no row where it never was.
SELECT release_no FROM meta.year_reopening WHERE year = $year ORDER BY reopened_at DESC LIMIT 1
