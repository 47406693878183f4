-- Số cán bộ làm công tác dân vận qua các năm, kể cả khi mẫu thay đổi?
-- How many cadres work in mass mobilisation, over the change of the form in 2023?
-- Full-time and part-time were two figures until 2022 and are one since; cadre_total_count bridges them, and is blank where a
-- part is not known.
SELECT year, sum(cadre_total_count) AS cadres, count(cadre_total_count) AS units_with_a_number, count(*) AS units_reported
FROM mart.organisation_by_unit
WHERE reporter_level = 'unit'
GROUP BY year
ORDER BY year
