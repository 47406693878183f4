-- the stretch of the unit that began last: a unit that ended within the year is still what it was
SELECT f.year, CASE u.level_code WHEN 'co_so' THEN 'unit' ELSE 'bloc' END AS reporter_level,
       f.inspection_kind_code, f.rating_scheme_code, f.rating_code,
       count(DISTINCT f.unit_id) AS unit_count,
       sum(f.planned_count) FILTER (f.planned_count_state IN ('value', 'zero')) AS planned_count,
       sum(f.done_count) FILTER (f.done_count_state IN ('value', 'zero')) AS done_count,
       CASE WHEN count(f.is_on_plan) > 0 THEN count(DISTINCT f.unit_id) FILTER (f.is_on_plan) END AS on_plan_unit_count,
       count(*) FILTER (f.planned_count_state NOT IN ('value', 'zero'))
           + count(*) FILTER (f.done_count_state NOT IN ('value', 'zero')) AS not_exact_count
FROM core.fact_inspection f
JOIN mart.year_source s USING (submission_id)
ASOF LEFT JOIN core.dim_unit u ON u.unit_id = f.unit_id AND f.period_end >= u.valid_from
GROUP BY ALL
