-- The models that have not ended in the last report before a period. Score and partners are for the next report to say.
SELECT r.unit_code, r.reported_as, r.is_predecessor, m.model_code, m.model_title, m.field_code, m.model_kind_code,
       m.model_subject_code, m.status_code, m.level_code, m.start_date, m.recognised_date, m.replicated_from_code
FROM core.report_before($form_code, $period_id, $last_day) r
JOIN core.fact_model_status m USING (submission_id) JOIN core.code_model_status s ON s.code = m.status_code
WHERE NOT s.is_ended ORDER BY r.unit_code, r.is_predecessor, r.reported_as, m.row_no
