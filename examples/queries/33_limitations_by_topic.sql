-- Những hạn chế nào được nêu, qua các năm, bởi bao nhiêu đơn vị?
-- Which limitations were named over the years, and by how many units?
-- A limitation is named by its topic, without a number: count the units, and only within one topic and year.
SELECT year, issue_topic_code, unit_count
FROM mart.issue_by_year
WHERE reporter_level = 'unit' AND issue_kind_code = 'han_che'
ORDER BY year, issue_topic_code
