-- Mỗi năm, từng loại hình đơn vị đã quán triệt, tập huấn cho bao nhiêu lượt người?
-- How many attendances did study sessions and classes reach each year, by type of unit?
-- The type is that of the unit when its last report of the year ended, so units that ended within the year are in.
-- Attendances are not persons: do not add years. The form of 2023 counts otherwise than before: see 23.
SELECT year, unit_type_code, count(DISTINCT unit_id) AS units,
       sum(session_count) AS sessions, sum(attendee_count) AS attendances
FROM mart.training_by_unit
WHERE reporter_level = 'unit'
GROUP BY year, unit_type_code
ORDER BY year, unit_type_code
