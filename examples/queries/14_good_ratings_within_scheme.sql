-- Tỷ lệ xếp loại tốt trở lên trong cùng một quy định xếp loại là bao nhiêu?
-- What share of rated inspections was good or better, within one rule-book?
-- Ratings compare within one rule-book only, so it is in the key. The form asks for it since 2023; before, it follows from the
-- day of the inspection: derived_rows says of how many rows.
SELECT scheme_in_force_code, year,
       sum(done_count) AS rated,
       coalesce(sum(done_count) FILTER (rating_code IN ('xuat_sac', 'tot')), 0) AS good,
       round(100.0 * good / rated, 1) AS good_percent,
       sum(derived_scheme_count) AS derived_rows
FROM mart.inspection_by_year
WHERE reporter_level = 'unit' AND rating_code IS NOT NULL
GROUP BY scheme_in_force_code, year
ORDER BY year, scheme_in_force_code NULLS FIRST
