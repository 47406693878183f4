-- How settled a year is: its newest revision, or revision 0 of the newest release while the year is open. One row.
SELECT coalesce(max(revision_no), 0) AS revision,
       coalesce(max_by(release_no, revision_no), (SELECT max(release_no) FROM meta.release), 0) AS release_no,
       max_by(revised_at, revision_no) AS at
FROM meta.year_revision WHERE year = $year
