SELECT year, field_code, status_code, level_code,
       count(*) AS model_count, count(DISTINCT unit_id) AS participating_unit_count
FROM mart.model_by_unit
GROUP BY year, field_code, status_code, level_code
