-- One revision of a closed year: the release that made it and when (UTC); no row for one that there is not.
SELECT revision_no AS revision, release_no, revised_at AS at FROM meta.year_revision WHERE year = $year AND revision_no = $revision
