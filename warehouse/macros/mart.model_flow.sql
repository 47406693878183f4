-- From which status to which the models went between the year before and this one, through mergers and new codes; NULL is not reported.
CREATE OR REPLACE MACRO mart.model_flow(to_year) AS TABLE
WITH said AS (
    SELECT p.first_unit_id, p.first_code, m.year, m.status_code
    FROM mart.model_by_unit m JOIN core.model_path p USING (unit_id, model_code)
    WHERE m.year BETWEEN to_year - 1 AND to_year
    QUALIFY row_number() OVER (PARTITION BY p.first_unit_id, p.first_code, m.year ORDER BY m.unit_id DESC, m.model_code) = 1
)
SELECT b.status_code AS from_status_code, a.status_code AS to_status_code, count(*) AS model_count
FROM (FROM said WHERE year = to_year - 1) b FULL JOIN (FROM said WHERE year = to_year) a USING (first_unit_id, first_code)
GROUP BY b.status_code, a.status_code
ORDER BY ALL
