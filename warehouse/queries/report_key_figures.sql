-- The key figures of a year, one a row, beside those of the year before; that one is NULL where a break between the two binds.
WITH long AS (
    SELECT year, reporter_level, figure, value FROM (
        SELECT year, reporter_level, COLUMNS(* EXCLUDE (year, reporter_level))::DOUBLE
        FROM mart.key_figures WHERE year BETWEEN $year::BIGINT - 1 AND $year::BIGINT
    ) UNPIVOT INCLUDE NULLS (value FOR figure IN (COLUMNS(* EXCLUDE (year, reporter_level))))
),
pairs AS (
    SELECT reporter_level, figure, max(value) FILTER (year = $year::BIGINT) AS value,
           max(value) FILTER (year < $year::BIGINT) AS before_value
    FROM long GROUP BY reporter_level, figure
),
broken AS (SELECT DISTINCT column_name FROM mart.figure_break WHERE mart_name = 'key_figures' AND year = $year::BIGINT AND binds)
SELECT p.reporter_level, p.figure, d.column_label || coalesce(' (' || d.unit_of_measure || ')', '') AS label, p.value,
       CASE WHEN b.column_name IS NULL THEN p.before_value END AS before,
       p.value - CASE WHEN b.column_name IS NULL THEN p.before_value END AS difference,
       'danvan trace mart.key_figures --key year=' || $year || ',reporter_level=' || p.reporter_level || ' --column ' || p.figure AS command_value,
       'danvan trace mart.key_figures --key year=' || ($year::BIGINT - 1) || ',reporter_level=' || p.reporter_level || ' --column ' || p.figure
           AS command_before
FROM pairs p JOIN meta.dictionary d ON d.schema_name = 'mart' AND d.table_name = 'key_figures' AND d.column_name = p.figure
LEFT JOIN broken b ON b.column_name = p.figure
WHERE p.value IS NOT NULL OR p.before_value IS NOT NULL
ORDER BY p.reporter_level DESC, d.position
