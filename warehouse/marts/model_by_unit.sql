SELECT f.year, f.unit_id, f.model_code, f.field_code, f.model_kind_code, f.model_subject_code, f.status_code,
       f.level_code, f.score, f.status_code NOT IN ('dang_ky', 'khong_dat') AS is_active
FROM core.fact_model_status f
JOIN mart.year_source s USING (submission_id)
WHERE s.is_last
