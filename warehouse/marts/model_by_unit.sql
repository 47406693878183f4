SELECT f.year, f.unit_id, f.model_code, f.field_code, f.model_kind_code, f.model_subject_code, f.status_code,
       f.level_code, f.score, c.is_active
FROM core.fact_model_status_exact f
JOIN mart.year_source s USING (submission_id)
JOIN core.code_model_status c ON c.code = f.status_code
WHERE s.is_last
-- a model that two forms speak of is one model: as the report says that ends last
QUALIFY row_number() OVER (PARTITION BY f.year, f.unit_id, f.model_code ORDER BY f.period_end DESC, f.form_code) = 1
