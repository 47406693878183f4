-- Cuối mỗi năm có bao nhiêu mô hình "Dân vận khéo" ở từng trạng thái?
-- How many models stood at each status at the end of each year?
-- A status is how a model stands at the end of a year: compare years, never add them.
SELECT year, status_code, sum(model_count) AS models
FROM mart.model_by_year
WHERE reporter_level = 'unit'
GROUP BY year, status_code
ORDER BY year, status_code
