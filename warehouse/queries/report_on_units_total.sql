-- Study sessions of each year up to one: as reported, of these on units that there were at the end of that one, and without a place there.
-- units_estimated had a part of theirs placed by shares.
WITH placed AS (
    SELECT year, sum(session_count) FILTER (unit_on_y IS NOT NULL) AS on_units, sum(session_count) FILTER (unit_on_y IS NULL) AS without_place,
           count(DISTINCT unit_on_y) FILTER (is_estimated) AS units_estimated
    FROM mart.training_by_unit_on_units_of($year::BIGINT) WHERE reporter_level = 'unit' AND training_kind_code = 'quan_triet' GROUP BY year
)
SELECT k.year, k.units, k.sessions_quan_triet AS as_reported, round(p.on_units, 1) AS on_units, round(p.without_place, 1) AS without_place, p.units_estimated
FROM mart.key_figures k LEFT JOIN placed p USING (year)
WHERE k.reporter_level = 'unit' AND k.year <= $year::BIGINT ORDER BY k.year
