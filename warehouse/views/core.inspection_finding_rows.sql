-- Hạn chế qua kiểm tra: các dòng lấy số liệu - Findings of inspections in exact figures, and whether the period found them.
--   is_found_in_period: Phát hiện trong kỳ - Found in the period of the report; what is carried on from before was found there
--   is_overdue: Quá hạn khắc phục - The remedy was due by the end of the period
SELECT e.*, coalesce(e.found_date >= s.period_start, true) AS is_found_in_period,
       coalesce(e.remedy_due_date <= e.period_end, false) AS is_overdue
FROM core.fact_inspection_finding_exact e JOIN intake.submission s USING (submission_id)
