-- The reports of each unit, year and form, ending within the window, that its figures rest on: the longest cumulative one
-- (Y > 9M > H1), then quarters and months that begin after it ends. Cumulative periods are never added. One form's report
-- contains nothing of another's: forms are told apart here, and figures that two forms ask for add up.
CREATE OR REPLACE MACRO core.reports_used(from_date, to_date) AS TABLE
WITH reports AS (
    SELECT year, unit_id, form_code, submission_id, period_id, period_kind, period_start, period_end
    FROM intake.submission
    WHERE is_current AND period_kind <> 'R' AND period_end BETWEEN from_date AND to_date
      AND form_code IN (SELECT form_code FROM core.dim_form WHERE is_report)
),
cumulative AS (
    SELECT * FROM reports WHERE period_kind IN ('Y', '9M', 'H1')
    QUALIFY row_number() OVER (PARTITION BY unit_id, year, form_code ORDER BY period_end DESC) = 1
),
quarters AS (
    SELECT r.* FROM reports r LEFT JOIN cumulative c USING (unit_id, year, form_code)
    WHERE r.period_kind = 'Q' AND (c.period_end IS NULL OR r.period_start > c.period_end)
),
months AS (
    SELECT r.* FROM reports r LEFT JOIN cumulative c USING (unit_id, year, form_code)
    WHERE r.period_kind = 'M' AND (c.period_end IS NULL OR r.period_start > c.period_end)
      AND NOT EXISTS (FROM quarters q WHERE q.unit_id = r.unit_id AND q.year = r.year AND q.form_code = r.form_code
                      AND r.period_end BETWEEN q.period_start AND q.period_end)
),
used AS (FROM cumulative UNION ALL FROM quarters UNION ALL FROM months)
SELECT year, unit_id, submission_id, period_id, period_end,
       period_end = max(period_end) OVER of_year AS is_last,
       -- the parts are disjoint, so their days add up to the year exactly when nothing is missing
       sum(period_end - period_start + 1) OVER of_year
           = make_date(year, 12, 31) - make_date(year, 1, 1) + 1 AS is_full_year
FROM used
WINDOW of_year AS (PARTITION BY unit_id, year, form_code)
