-- Lượt người dự năm 2022 và năm 2024: có so sánh được không?
-- Attendances of 2022 and 2024: may they be compared?
-- Ask before comparing; mart.comparison_notes(mart, column, year, year) says why not.
SELECT year, sum(attendee_count) AS attendances,
       any_value(mart.is_comparable('training_by_year', 'attendee_count', 2022, 2024)) AS is_comparable,
       (SELECT string_agg(note_en, '; ' ORDER BY note_en)
        FROM mart.comparison_notes('training_by_year', 'attendee_count', 2022, 2024) WHERE binds) AS why_not
FROM mart.training_by_year
WHERE reporter_level = 'unit' AND year IN (2022, 2024)
GROUP BY year
ORDER BY year
