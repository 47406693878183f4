-- Of what inspections of the units found in a year, by category: what was found in the same family of units within two years before.
-- known_count: families that stated their inspections in both of these years; where none did, what recurs is NULL.
WITH found AS (
    SELECT DISTINCT family_id, finding_category_code FROM mart.finding_recurrence(within_years := 2)
    WHERE reporter_level = 'unit' AND year = $year::BIGINT
),
again AS (
    SELECT DISTINCT family_id, finding_category_code FROM mart.finding_recurrence(within_years := 2)
    WHERE reporter_level = 'unit' AND found_again_year = $year::BIGINT
),
known AS (
    SELECT family_id FROM mart.unit_year
    WHERE year BETWEEN $year::BIGINT - 2 AND $year::BIGINT - 1 AND inspections_done IS NOT NULL GROUP BY family_id HAVING count(DISTINCT year) = 2
)
SELECT f.finding_category_code, count(*) AS family_count, count(k.family_id) AS known_count,
       CASE WHEN count(k.family_id) > 0 THEN count(a.family_id) FILTER (k.family_id IS NOT NULL) END AS recurring_count,
       100.0 * count(a.family_id) FILTER (k.family_id IS NOT NULL) / nullif(count(k.family_id), 0) AS recurring_percent
FROM found f LEFT JOIN again a USING (family_id, finding_category_code) LEFT JOIN known k USING (family_id)
JOIN core.dim_code c ON c.code_list = 'finding_category' AND c.code = f.finding_category_code
GROUP BY f.finding_category_code, c.position ORDER BY recurring_count DESC NULLS LAST, family_count DESC, c.position
