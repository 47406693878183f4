-- Mỗi năm đã tổ chức bao nhiêu cuộc đối thoại định kỳ?
-- How many periodic dialogues were held each year?
-- Compare within one segment only: since 2021 the decree asks for one a year instead of four. The rate beside it compares over
-- all years.
SELECT d.year, s.segment_no, sum(d.dialogue_count) AS dialogues, count(d.dialogue_count) AS units_with_a_number,
       any_value(k.dialogue_percent) AS dialogue_percent
FROM mart.dialogue_by_kind d
JOIN mart.series_segment s ON s.mart_name = 'dialogue_by_kind' AND s.column_name = 'dialogue_count'
    AND d.year BETWEEN s.from_year AND coalesce(s.to_year, 9999)
JOIN mart.key_figures k USING (year, reporter_level)
WHERE d.reporter_level = 'unit' AND d.dialogue_kind_code = 'dinh_ky'
GROUP BY d.year, s.segment_no
ORDER BY d.year
