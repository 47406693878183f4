-- Mỗi năm có bao nhiêu đơn vị đã kiểm tra, giám sát?
-- How many units carried out at least one inspection each year?
-- Distinct units. Do not add unit_count of mart.inspection_by_year: a unit stands in several of its rows.
-- Until 2016 nobody gave a number of inspections: blank, not 0.
SELECT year, units_reported, inspection_units AS units_that_inspected,
       round(100.0 * units_that_inspected / units_reported, 1) AS percent_of_reported
FROM mart.key_figures
WHERE reporter_level = 'unit'
ORDER BY year
