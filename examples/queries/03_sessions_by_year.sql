-- Mỗi năm có bao nhiêu cuộc quán triệt, lớp tập huấn, lớp bồi dưỡng quốc phòng - an ninh?
-- How many study sessions, skills classes and defence-security classes were held each year?
-- A column for each kind and a row for each level: a sum over kinds changes with what was asked, one over levels counts twice.
-- Blank: nobody stated any.
SELECT year, reporter_level, sessions_quan_triet, classes_tap_huan, classes_qpan, training_units
FROM mart.key_figures
ORDER BY year, reporter_level
