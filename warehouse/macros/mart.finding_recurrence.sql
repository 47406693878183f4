-- Whether what inspections found in a family of units was found there again within so many years. is_known: the family reported in all of
-- those years; of the others only what was found again is known, so a share of what recurs is taken among those that are known.
CREATE OR REPLACE MACRO mart.finding_recurrence(within_years := 2) AS TABLE
WITH found AS (
    SELECT f.family_id, i.reporter_level, i.finding_category_code, i.year, sum(i.found_count)::BIGINT AS found_count
    FROM mart.inspection_finding_by_unit i JOIN core.unit_family f USING (unit_id) WHERE i.found_count > 0
    GROUP BY f.family_id, i.reporter_level, i.finding_category_code, i.year
),
reported AS (SELECT DISTINCT family_id, year FROM mart.unit_year WHERE report_count > 0),
later AS (
    SELECT a.family_id, a.reporter_level, a.finding_category_code, a.year, min(b.year) AS found_again_year
    FROM found a JOIN found b USING (family_id, reporter_level, finding_category_code) WHERE b.year > a.year AND b.year <= a.year + within_years
    GROUP BY a.family_id, a.reporter_level, a.finding_category_code, a.year
),
covered AS (
    SELECT a.family_id, a.year, count(*) AS years_reported
    FROM (SELECT DISTINCT family_id, year FROM found) a JOIN reported r USING (family_id)
    WHERE r.year > a.year AND r.year <= a.year + within_years GROUP BY a.family_id, a.year
)
SELECT f.family_id, f.reporter_level, f.finding_category_code, f.year, f.found_count, l.found_again_year, coalesce(c.years_reported, 0) AS years_reported,
       l.found_again_year IS NOT NULL AS is_recurring, coalesce(c.years_reported, 0) = within_years AS is_known
FROM found f LEFT JOIN later l USING (family_id, reporter_level, finding_category_code, year) LEFT JOIN covered c USING (family_id, year)
ORDER BY f.year, f.family_id, f.finding_category_code
