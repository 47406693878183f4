-- Số liệu theo cấp trên trực tiếp trước và sau khi chuyển giao tháng 2/2025?
-- What are the totals by superior before and after the transfer of February 2025?
-- Figures of a year are of the whole year: those of 2025 are not divided at the day. So both are told: the superior at the
-- beginning of the year (or of the unit's life) and at its end.
SELECT u.year, a.unit_code AS superior_at_first, b.unit_code AS superior_at_last, count(*) AS units,
       count(*) FILTER (u.report_count > 0) AS units_reported, sum(u.inspections_done) AS inspections_done,
       sum(u.models_running) AS models_running
FROM mart.unit_year u
LEFT JOIN mart.unit_year a ON a.year = u.year AND a.unit_id = u.parent_unit_id_first
LEFT JOIN mart.unit_year b ON b.year = u.year AND b.unit_id = u.parent_unit_id
WHERE u.year IN (2024, 2025) AND u.reporter_level = 'unit'
GROUP BY u.year, a.unit_code, b.unit_code
ORDER BY u.year, a.unit_code, b.unit_code
