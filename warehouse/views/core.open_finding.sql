-- Phát hiện còn đó - Findings that stand: of the version of each report that counts, and of one that was sent after it and rejected; neither mended nor waived.
--   form_code: Mẫu - Form
--   unit_id: Đơn vị báo cáo - Unit; blank when unknown
--   period_id: Kỳ báo cáo - Period as stated
--   year: Năm - Year that the period ends in; blank when unknown
SELECT f.*, s.form_code, s.unit_id, s.period_id, s.year
FROM intake.finding f JOIN (
    SELECT submission_id, form_code, unit_id, period_id, year FROM intake.submission
    QUALIFY is_current OR (verdict = 'rejected' AND row_number() OVER (
        PARTITION BY form_code, coalesce(unit_code, submission_id), period_id ORDER BY received_at DESC, submission_id) = 1)
) s USING (submission_id)
WHERE f.life IN ('new', 'open')
