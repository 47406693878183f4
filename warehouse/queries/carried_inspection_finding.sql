-- What is left to be mended of the last report before a period. How much of it was mended is for the next report to say.
SELECT unit_code, reported_as, is_predecessor, inspection_code, finding_category_code, found_count, found_date, remedy_due_date
FROM core.finding_to_carry($form_code, $period_id, $first_day, $last_day, $is_cumulative)
ORDER BY unit_code, is_predecessor, reported_as, row_no
