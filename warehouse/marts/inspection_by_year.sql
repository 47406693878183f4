SELECT f.year, CASE u.level_code WHEN 'co_so' THEN 'unit' ELSE 'bloc' END AS reporter_level,
       f.inspection_kind_code, f.rating_scheme_code, f.rating_code,
       count(DISTINCT f.unit_id) AS unit_count,
       sum(f.planned_count) FILTER (f.planned_count_state IN ('value', 'zero')) AS planned_count,
       sum(f.done_count) FILTER (f.done_count_state IN ('value', 'zero')) AS done_count,
       count(DISTINCT f.unit_id) FILTER (f.is_on_plan) AS on_plan_unit_count
FROM core.fact_inspection f
JOIN mart.year_source s USING (submission_id)
LEFT JOIN core.unit_on_day u ON u.unit_id = f.unit_id AND f.period_end BETWEEN u.valid_from AND u.valid_until
GROUP BY ALL
