-- Số liệu các năm tính theo danh sách đơn vị của năm 2024?
-- The totals of all years for the units of 2024?
-- What was merged is there whole, what was split by the shares of the register: beside each point _low and _high say what it is at
-- least and at most. What has no place among these units (dissolved) is told beside it, so that both are what was reported.
SELECT year,
       round(sum(session_count) FILTER (unit_on_y IS NOT NULL), 1) AS sessions,
       round(sum(session_count) FILTER (unit_on_y IS NULL), 1) AS sessions_without_place,
       round(sum(attendee_count) FILTER (unit_on_y IS NOT NULL), 1) AS attendances,
       count(DISTINCT unit_on_y) AS units,
       count(DISTINCT unit_on_y) FILTER (is_estimated) AS units_estimated
FROM mart.training_by_unit_on_units_of(2024)
WHERE reporter_level = 'unit'
GROUP BY year
ORDER BY year
