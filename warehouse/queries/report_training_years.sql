-- How far training reached in each year up to one: units that held it and attendances by kind, beside the units that reported at all.
-- NULL where no unit stated a figure; a line joins years of one segment_no only, and a stretch of another begins where is_break.
WITH years AS (SELECT year, units_reported FROM mart.key_figures WHERE reporter_level = 'unit' AND year <= $year::BIGINT),
kinds AS (SELECT code, code_label, position FROM core.dim_code WHERE code_list = 'training_kind'),
held AS (
    SELECT year, training_kind_code, count(DISTINCT unit_id) FILTER (session_count > 0) AS unit_count, count(session_count) AS stated_count,
           sum(attendee_count)::BIGINT AS attendee_count
    FROM mart.training_by_unit WHERE reporter_level = 'unit' GROUP BY year, training_kind_code
),
long AS (
    SELECT 'unit_count' AS measure, k.code_label AS label, k.position, y.year, CASE WHEN h.stated_count > 0 THEN h.unit_count END AS value
    FROM years y CROSS JOIN kinds k LEFT JOIN held h ON h.year = y.year AND h.training_kind_code = k.code
    UNION ALL
    SELECT 'attendee_count', k.code_label, k.position, y.year, h.attendee_count
    FROM years y CROSS JOIN kinds k LEFT JOIN held h ON h.year = y.year AND h.training_kind_code = k.code
    UNION ALL
    SELECT 'unit_count', d.column_label, 0, y.year, y.units_reported
    FROM years y JOIN meta.dictionary d ON d.schema_name = 'mart' AND d.table_name = 'key_figures' AND d.column_name = 'units_reported'
)
SELECT l.measure, d.column_label AS measure_label, l.label, l.year, l.value, s.segment_no,
       s.segment_no > 1 AND s.from_year = l.year AS is_break
FROM long l
JOIN meta.dictionary d ON d.schema_name = 'mart' AND d.table_name = 'training_by_year' AND d.column_name = l.measure
JOIN mart.series_segment s ON s.mart_name = 'training_by_year' AND s.column_name = l.measure
    AND l.year BETWEEN s.from_year AND coalesce(s.to_year, 9999)
ORDER BY d.position, l.position, l.year
