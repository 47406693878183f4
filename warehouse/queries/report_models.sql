-- The units' models of a year by field and status; a status that no unit has in a field is a model count of NULL.
SELECT field_code, status_code, sum(model_count)::BIGINT AS model_count
FROM mart.model_by_year WHERE year = $year::BIGINT AND reporter_level = 'unit' GROUP BY field_code, status_code ORDER BY field_code, status_code
