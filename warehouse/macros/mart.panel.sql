-- The units (or families, is_family := true) that reported every year from first_year to last_year in full: like is compared with like.
-- Join it to a mart on unit_id (to mart.<mart>_on_families on family_id) and sum.
CREATE OR REPLACE MACRO mart.panel(first_year, last_year, is_family := false) AS TABLE
SELECT panel_id FROM (
    SELECT CASE WHEN is_family THEN family_id ELSE unit_id END AS panel_id, year, bool_and(is_covered) AS is_whole
    FROM mart.unit_year
    WHERE year BETWEEN first_year AND last_year AND is_reporting
    GROUP BY ALL
)
GROUP BY panel_id
HAVING bool_and(is_whole) AND min(year) = any_value(first_year) AND max(year) = any_value(last_year) AND count(*) = max(year) - min(year) + 1
