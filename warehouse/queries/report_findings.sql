-- What inspections of a year found, by level and category.
SELECT reporter_level, finding_category_code, unit_count, found_count, remedied_count, remedy_rate, overdue_count
FROM mart.inspection_finding_by_year WHERE year = $year::BIGINT ORDER BY reporter_level DESC, found_count DESC NULLS LAST, finding_category_code
