-- Chỉ tính những đơn vị báo cáo đủ mọi năm thì số liệu tăng giảm ra sao?
-- How do figures move over the years among the units that reported all of them in full?
-- The same units in every row. With is_family := true merged and split units stay in; join mart.<mart>_on_families then.
SELECT u.year, count(*) AS units, sum(u.inspections_planned) AS inspections_planned,
       sum(u.inspections_done) AS inspections_done, sum(u.models_running) AS models_running
FROM mart.unit_year u
JOIN mart.panel(2017, 2025) p ON p.panel_id = u.unit_id
WHERE u.year BETWEEN 2017 AND 2025
GROUP BY u.year
ORDER BY u.year
