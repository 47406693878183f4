-- Bình quân mỗi đơn vị đã kiểm tra, giám sát bao nhiêu cuộc, khi có đơn vị không báo cáo?
-- How many inspections per unit were carried out on average, where some units did not report?
-- A mean over the units whose reports cover every day on which they existed and that gave a number: a total falls with every
-- missing report, this does not.
SELECT year,
       count(*) FILTER (due_count > 0) AS units_due,
       count(inspections_done) FILTER (is_covered) AS units_counted,
       sum(inspections_done) AS inspections_reported,
       round(avg(inspections_done) FILTER (is_covered), 2) AS mean_per_unit
FROM mart.unit_year
WHERE reporter_level = 'unit'
GROUP BY year
ORDER BY year
