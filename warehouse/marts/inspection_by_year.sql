SELECT year, reporter_level, inspection_kind_code, rating_scheme_code, rating_code,
       count(DISTINCT unit_id) AS unit_count,
       sum(planned_count) AS planned_count,
       sum(done_count) AS done_count,
       CASE WHEN count(is_on_plan) > 0 THEN count(DISTINCT unit_id) FILTER (is_on_plan) END AS on_plan_unit_count,
       count(*) FILTER (planned_count IS NULL) + count(*) FILTER (done_count IS NULL) AS not_exact_count
FROM core.fact_inspection_exact
WHERE is_counted
GROUP BY year, reporter_level, inspection_kind_code, rating_scheme_code, rating_code
