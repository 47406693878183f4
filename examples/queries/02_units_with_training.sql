-- Trong số đơn vị phải báo cáo, bao nhiêu phần trăm có quán triệt hoặc tập huấn trong năm?
-- Of the units from which a report was due, what share held any study session or class in the year?
-- A unit without a report is in the denominator: it is not known to have held one. 2013-2016 asked about one document only.
SELECT year,
       count(*) AS units_due,
       count(*) FILTER (report_count > 0) AS units_reported,
       count(*) FILTER (greatest(sessions_quan_triet, classes_tap_huan, classes_qpan) > 0) AS units_with_training,
       round(100.0 * units_with_training / units_due, 1) AS percent
FROM mart.unit_year
WHERE due_count > 0
GROUP BY year
ORDER BY year
