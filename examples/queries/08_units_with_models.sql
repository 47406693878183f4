-- Mỗi năm có bao nhiêu đơn vị tham gia phong trào "Dân vận khéo"?
-- How many units took part with models each year?
-- Distinct units with a model done or under way. Do not add units_in_row of mart.model_by_year: a unit stands in several rows.
SELECT year, units_reported, model_units, models_done_or_running, models_running
FROM mart.key_figures
WHERE reporter_level = 'unit'
ORDER BY year
