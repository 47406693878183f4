-- Attendances of study sessions in each year up to one at the units that others went into: as reported, and on the units of that one.
-- As reported is what came under their own code; at least and at most stand where a share of the register was needed.
WITH placed AS (
    SELECT year, unit_on_y, bool_or(is_estimated) AS is_estimated, sum(attendee_count) AS on_units,
           sum(attendee_count_low) AS at_least, sum(attendee_count_high) AS at_most
    FROM mart.training_by_unit_on_units_of($year::BIGINT)
    WHERE reporter_level = 'unit' AND training_kind_code = 'quan_triet' AND year <= $year::BIGINT GROUP BY year, unit_on_y
),
own AS (
    SELECT year, unit_id, sum(attendee_count) AS as_reported FROM mart.training_by_unit
    WHERE reporter_level = 'unit' AND training_kind_code = 'quan_triet' AND year <= $year::BIGINT GROUP BY year, unit_id
),
moved AS (
    SELECT DISTINCT m.unit_on_y AS unit_id, u.unit_code, u.unit_name
    FROM core.unit_map($year::BIGINT) m JOIN core.unit_on_day u ON u.unit_id = m.unit_on_y
        AND make_date($year::INTEGER, 12, 31) >= u.valid_from AND make_date($year::INTEGER, 12, 31) < u.next_from
    WHERE m.unit_id <> m.unit_on_y AND m.share > 0
),
wide AS (
    SELECT m.unit_code, m.unit_name, k.year, o.as_reported, round(p.on_units, 1) AS on_units,
           CASE WHEN p.is_estimated THEN p.at_least END AS at_least, CASE WHEN p.is_estimated THEN p.at_most END AS at_most
    FROM moved m CROSS JOIN (SELECT DISTINCT year FROM mart.key_figures WHERE year <= $year::BIGINT) k
    LEFT JOIN placed p ON p.year = k.year AND p.unit_on_y = m.unit_id LEFT JOIN own o ON o.year = k.year AND o.unit_id = m.unit_id
),
measures(measure_no, measure, measure_label) AS (
    VALUES (1, 'as_reported', 'Như đơn vị đã báo cáo'), (2, 'on_units', 'Trên đơn vị của năm'), (3, 'at_least', 'Ít nhất'), (4, 'at_most', 'Nhiều nhất')
),
long AS (
    SELECT w.*, x.*, CASE x.measure WHEN 'as_reported' THEN w.as_reported WHEN 'on_units' THEN w.on_units
                                    WHEN 'at_least' THEN w.at_least ELSE w.at_most END AS value
    FROM wide w CROSS JOIN measures x
)
SELECT l.unit_name, dense_rank() OVER (ORDER BY l.unit_code) AS unit_no, l.measure, l.measure_label, l.year, l.value::DOUBLE AS value, s.segment_no
FROM long l
JOIN mart.series_segment s ON s.mart_name = 'training_by_unit' AND s.column_name = 'attendee_count'
    AND l.year BETWEEN s.from_year AND coalesce(s.to_year, 9999)
WHERE (l.unit_code, l.measure) IN (SELECT (unit_code, measure) FROM long WHERE value IS NOT NULL)
ORDER BY l.unit_code, l.measure_no, l.year
