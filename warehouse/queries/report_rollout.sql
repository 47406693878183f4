-- How far each document of the last five years was rolled out by the end of a year, among the units from which reports were due.
-- units_first held a study session on it in the year for the first time, units_so_far by then; units_reported reported in the year at all.
WITH held AS (
    SELECT t.unit_id, coalesce(t.document_id::VARCHAR, t.document_number) AS document_key, min(t.document_number) AS document_number, min(t.year) AS first_year
    FROM mart.training_by_unit t
    WHERE t.training_kind_code = 'quan_triet' AND t.reporter_level = 'unit' AND t.year <= $year::BIGINT AND t.document_number IS NOT NULL
    GROUP BY t.unit_id, document_key
),
documents AS (
    SELECT document_key, min(document_number) AS document_number, min(first_year) AS first_year
    FROM held GROUP BY document_key HAVING max(first_year) > $year::BIGINT - 5
),
due AS (SELECT unit_id, report_count > 0 AS is_reported FROM mart.unit_year WHERE year = $year::BIGINT AND due_count > 0 AND reporter_level = 'unit')
SELECT d.document_number, d.first_year, count(*) AS units_due, count(*) FILTER (u.is_reported) AS units_reported,
       count(*) FILTER (h.first_year = $year::BIGINT) AS units_first, count(h.unit_id) AS units_so_far,
       100.0 * count(h.unit_id) / count(*) AS percent_so_far
FROM documents d CROSS JOIN due u LEFT JOIN held h ON h.document_key = d.document_key AND h.unit_id = u.unit_id
GROUP BY d.document_key, d.document_number, d.first_year ORDER BY d.first_year DESC, d.document_number
