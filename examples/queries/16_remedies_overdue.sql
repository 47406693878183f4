-- Bao nhiêu nội dung phát hiện qua kiểm tra đã quá hạn mà chưa khắc phục?
-- How many findings were past the day of their remedy and not remedied?
-- As each year's reports say at the end of their period. It is NOT the stock overdue on a day of your choice: a finding has no
-- identity over reports, so a remedy that comes after the last report of the year is not seen. Never add years.
SELECT year, finding_category_code, found_count, remedied_count, overdue_count, unit_count
FROM mart.inspection_finding_by_year
WHERE reporter_level = 'unit'
ORDER BY year, finding_category_code
