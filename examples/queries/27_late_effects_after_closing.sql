-- Báo cáo gửi sau khi khóa sổ đã làm thay đổi số liệu chính của năm bao nhiêu?
-- By how much did reports that came after a year was closed change its key figures?
-- Late reports only; corrections, the register and other causes: see 26. Empty while no closed year changed. A rate does not
-- divide among the causes that met in it, and is not here then.
SELECT f.year, r.revision_no, f.row_key, f.column_name, f.figure_before, f.figure_after, f.difference AS of_late_reports
FROM meta.figure_change f
JOIN meta.year_revision r USING (release_no, year)
WHERE f.mart_name = 'mart.key_figures' AND f.cause = 'late'
ORDER BY f.year, r.revision_no, f.row_key, f.column_name
