-- Why attendances of closed years differ from what was handed in: before, after, and what each cause brought of it.
SELECT year, regexp_extract(row_key, 'training_kind_code=(\w+)', 1) AS training_kind, figure_before AS before, figure_after AS after,
       cause, difference, len(string_split(submissions, ', ')) AS reports
FROM meta.figure_change
WHERE mart_name = 'mart.training_by_year' AND column_name = 'attendee_count'
ORDER BY year, release_no, training_kind, cause
