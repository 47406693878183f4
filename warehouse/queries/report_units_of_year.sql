-- Units whose figures belong, on the units that there were at the end of a year, to others: to which, and what share; NULL to none.
WITH named AS (
    SELECT unit_id, any_value(unit_code ORDER BY valid_from DESC) AS unit_code, any_value(unit_name ORDER BY valid_from DESC) AS unit_name
    FROM core.unit_on_day WHERE is_reporting AND valid_from <= make_date($year::INTEGER, 12, 31) GROUP BY unit_id
)
SELECT a.unit_code AS from_code, a.unit_name AS from_name, b.unit_code AS to_code, b.unit_name AS to_name,
       CASE WHEN b.unit_code IS NOT NULL THEN 100.0 * max(m.share) END AS share_percent
FROM core.unit_map($year::BIGINT) m JOIN named a ON a.unit_id = m.unit_id LEFT JOIN named b ON b.unit_id = m.unit_on_y
WHERE m.unit_on_y IS DISTINCT FROM m.unit_id AND m.share > 0
GROUP BY a.unit_code, a.unit_name, b.unit_code, b.unit_name ORDER BY a.unit_code, b.unit_code
