-- Những đơn vị nào đã gửi báo cáo chậm từ ba lần trở lên?
-- Which units were late three times or more?
-- Of the reports that the calendar expects; late is after the due day and its days of grace, by the date of the first version.
SELECT u.unit_code, arg_max(u.unit_name, c.year) AS unit_name, count(*) AS times_late, max(c.days_late) AS most_days_late,
       string_agg(c.period_id, ', ' ORDER BY c.period_id) AS periods
FROM mart.completeness c
JOIN mart.unit_year u USING (year, unit_id)
WHERE c.is_expected AND c.timeliness = 'late'
GROUP BY u.unit_code
HAVING count(*) >= 3
ORDER BY times_late DESC, u.unit_code
