-- The units' models of every year up to one by field and status, each as its year's last report has it.
-- is_break: fields are told apart otherwise from this year on.
SELECT m.year, m.field_code, m.status_code, f.position AS field_no, c.position AS status_no, sum(m.model_count)::BIGINT AS model_count,
       s.segment_no > 1 AND s.from_year = m.year AS is_break
FROM mart.model_by_year m
JOIN core.dim_code f ON f.code_list = 'field' AND f.code = m.field_code
JOIN core.dim_code c ON c.code_list = 'model_status' AND c.code = m.status_code
JOIN mart.series_segment s ON s.mart_name = 'model_by_year' AND s.column_name = 'field_code'
    AND m.year BETWEEN s.from_year AND coalesce(s.to_year, 9999)
WHERE m.reporter_level = 'unit' AND m.year <= $year::BIGINT
GROUP BY m.year, m.field_code, m.status_code, f.position, c.position, s.segment_no, s.from_year
ORDER BY f.position, c.position, m.year
