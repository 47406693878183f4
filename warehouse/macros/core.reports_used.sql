-- The reports of each unit, year and form, ending within the window, that its figures rest on: the longest cumulative one,
-- then of those that begin after it ends each that is not part of a longer one. Cumulative periods are never added. One form's report contains nothing of another's: forms are told apart here, and
-- figures that two forms ask for add up.
CREATE OR REPLACE MACRO core.reports_used(from_date, to_date) AS TABLE
WITH reports AS (
    SELECT s.year, s.unit_id, s.form_code, s.submission_id, s.period_id, s.period_start, s.period_end,
           core.is_cumulative(s.period_kind) AS is_cumulative
    FROM intake.submission s
    WHERE s.is_current AND NOT core.is_roll_up(s.period_kind) AND s.period_end BETWEEN from_date AND to_date
      AND s.form_code IN (SELECT form_code FROM core.dim_form WHERE is_report)
),
cumulative AS (
    SELECT * FROM reports WHERE is_cumulative
    QUALIFY row_number() OVER (PARTITION BY unit_id, year, form_code ORDER BY period_end DESC) = 1
),
after AS (
    SELECT r.* FROM reports r LEFT JOIN cumulative c USING (unit_id, year, form_code)
    WHERE NOT r.is_cumulative AND (c.period_end IS NULL OR r.period_start > c.period_end)
),
used AS (
    FROM cumulative
    UNION ALL
    FROM after r
    WHERE NOT EXISTS (FROM after longer WHERE longer.unit_id = r.unit_id AND longer.year = r.year AND longer.form_code = r.form_code
                      AND r.period_end BETWEEN longer.period_start AND longer.period_end
                      AND longer.period_end - longer.period_start > r.period_end - r.period_start)
)
SELECT year, unit_id, submission_id, period_id, period_start, period_end,
       period_end = max(period_end) OVER of_year AS is_last,
       -- the parts are disjoint, so their days add up to the year exactly when nothing is missing
       sum(period_end - period_start + 1) OVER of_year
           = make_date(year, 12, 31) - make_date(year, 1, 1) + 1 AS is_full_year
FROM used
WINDOW of_year AS (PARTITION BY unit_id, year, form_code)
