-- Inspections of a year by level, kind, scheme and rating.
SELECT reporter_level, inspection_kind_code, scheme_in_force_code, rating_code, unit_count, planned_count, done_count
FROM mart.inspection_by_year WHERE year = $year::BIGINT
ORDER BY reporter_level DESC, inspection_kind_code, scheme_in_force_code NULLS LAST, rating_code NULLS LAST
