-- Số cuộc, lượt người dự và số đơn vị theo từng hình thức, từng năm?
-- Sessions, attendances and units by kind of training and year?
-- Units are counted in the mart by unit. Never add unit_count of mart.training_by_year: a unit stands there once a document.
SELECT year, training_kind_code, count(DISTINCT unit_id) AS units,
       sum(session_count) AS sessions, sum(attendee_count) AS attendances
FROM mart.training_by_unit
WHERE reporter_level = 'unit'
GROUP BY year, training_kind_code
ORDER BY year, training_kind_code
