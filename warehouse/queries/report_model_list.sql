-- The units' models of a year by name, with the status of the year before and of this one, through mergers and new codes.
-- NULL is not reported; what had ended by the year before is told no more.
WITH said AS (
    SELECT p.first_unit_id, p.first_code, m.year, m.unit_id, m.unit_code, m.unit_name, m.model_code, m.field_code, m.status_code
    FROM mart.model_by_unit m JOIN core.model_path p USING (unit_id, model_code)
    WHERE m.year BETWEEN $year::BIGINT - 1 AND $year::BIGINT AND m.reporter_level = 'unit'
    QUALIFY row_number() OVER (PARTITION BY p.first_unit_id, p.first_code, m.year ORDER BY m.unit_id DESC, m.model_code) = 1
),
path AS (
    SELECT first_unit_id, first_code, max(year) AS year, max(status_code) FILTER (year < $year::BIGINT) AS from_status_code,
           max(status_code) FILTER (year = $year::BIGINT) AS to_status_code
    FROM said GROUP BY first_unit_id, first_code
),
titled AS (
    SELECT year, unit_id, model_code, any_value(model_title ORDER BY model_title) AS model_title
    FROM core.model_rows WHERE is_counted GROUP BY year, unit_id, model_code
)
SELECT s.unit_code, s.unit_name, coalesce(t.model_title, s.model_code) AS model_title, s.field_code, p.from_status_code, p.to_status_code
FROM path p JOIN said s USING (first_unit_id, first_code, year) LEFT JOIN titled t USING (year, unit_id, model_code)
LEFT JOIN core.code_model_status c ON c.code = p.from_status_code
WHERE p.to_status_code IS NOT NULL OR NOT c.is_ended
ORDER BY s.unit_code, model_title, s.model_code
