-- Sáu tháng đầu năm đã làm được bao nhiêu so với cả năm?
-- How much of a year's inspections was done by the middle of it?
-- A half-year is contained in its year and in no mart: so core is asked, of units that sent both reports. Never add the two.
-- A report without a row on inspections gives no number, which is not 0: such a unit is not among those compared.
SELECT year, count(*) AS units_with_both,
       count(half_year + whole_year) AS units_compared,
       sum(half_year) FILTER (whole_year IS NOT NULL) AS done_half_year,
       sum(whole_year) FILTER (half_year IS NOT NULL) AS done_year,
       round(100.0 * done_half_year / done_year, 1) AS percent
FROM (
    SELECT s.year, s.unit_id,
           sum(i.done_count) FILTER (s.period_kind = 'H1') AS half_year,
           sum(i.done_count) FILTER (s.period_kind = 'Y') AS whole_year
    FROM intake.submission s
    LEFT JOIN core.fact_inspection_exact i USING (submission_id)
    WHERE s.is_current AND s.period_kind IN ('H1', 'Y')
    GROUP BY s.year, s.unit_id
    HAVING count(DISTINCT s.period_kind) = 2
)
GROUP BY year
ORDER BY year
