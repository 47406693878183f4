-- Bình quân mỗi đơn vị đã kiểm tra, giám sát bao nhiêu cuộc, khi có đơn vị không báo cáo?
-- How many inspections per unit were carried out on average, where some units did not report?
-- Per unit and year, over the units whose reports cover every day on which they existed and that gave a number; one that existed
-- for half the year counts half. A total falls with every missing report, this does not.
SELECT year,
       count(*) FILTER (due_count > 0) AS units_due,
       count(inspections_done) FILTER (is_covered) AS units_counted,
       sum(inspections_done) AS inspections_reported,
       round(sum(inspections_done) FILTER (is_covered) * (make_date(year, 12, 31) - make_date(year, 1, 1) + 1)
             / sum(days_alive) FILTER (is_covered AND inspections_done IS NOT NULL), 2) AS mean_per_unit_year
FROM mart.unit_year
WHERE reporter_level = 'unit'
GROUP BY year
ORDER BY year
