-- Which figures of a closed year differ from what was settled, and what each cause brought of it.
SELECT regexp_extract(f.row_key, 'reporter_level=(\w+)', 1) AS reporter_level, d.column_label AS label,
       TRY_CAST(f.figure_before AS DOUBLE) AS figure_before, TRY_CAST(f.figure_after AS DOUBLE) AS figure_after, f.cause, f.difference
FROM meta.figure_change f
JOIN meta.dictionary d ON d.schema_name || '.' || d.table_name = f.mart_name AND d.column_name = f.column_name
WHERE f.year = $year::BIGINT AND f.mart_name = 'mart.key_figures' ORDER BY f.release_no, f.row_key, d.position, f.cause
