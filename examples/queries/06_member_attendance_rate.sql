-- Tỷ lệ đảng viên dự quán triệt, tập huấn mỗi năm là bao nhiêu, tính trên bao nhiêu đơn vị?
-- What percentage of party members due attended each year, and of how many units is that?
-- It is a ratio of sums over the rows that state both numbers; an average of the units' own rates would be another, wrong figure.
SELECT year, member_percent, member_units_counted, training_units
FROM mart.key_figures
WHERE reporter_level = 'unit'
ORDER BY year
