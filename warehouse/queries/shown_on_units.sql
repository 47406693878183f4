-- The study sessions of each year on the units of 2025: what is theirs, within which bounds, and what has no place among them.
SELECT year, round(sum(session_count) FILTER (unit_on_y IS NOT NULL), 1) AS sessions,
       round(sum(session_count_low) FILTER (unit_on_y IS NOT NULL), 1) AS at_least,
       round(sum(session_count_high) FILTER (unit_on_y IS NOT NULL), 1) AS at_most,
       count(DISTINCT unit_on_y) FILTER (is_estimated) AS units_estimated,
       round(sum(session_count) FILTER (unit_on_y IS NULL), 1) AS without_place
FROM mart.training_by_unit_on_units_of(2025) WHERE reporter_level = 'unit' GROUP BY year ORDER BY year
