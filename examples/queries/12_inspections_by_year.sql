-- Mỗi năm có bao nhiêu cuộc kiểm tra, giám sát theo kế hoạch và đã thực hiện?
-- How many inspections were planned and done each year?
-- Levels are kept apart: never add them. Blank until 2016: the form's programme was "carried out as planned", without a number.
SELECT year, reporter_level, inspections_planned, inspections_done
FROM mart.key_figures
ORDER BY year, reporter_level
