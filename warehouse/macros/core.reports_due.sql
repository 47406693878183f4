-- Every report that the calendar of these years asks of units, whether it came or not, on a form in force at the end of the period: of
-- units alive on that day, by the deadlines that say `expected`; and of a unit that ended before, on a form of which it would have owed the
-- year, its final report (core.final_report). Who is asked for one on a day is core.report_standing's.
CREATE OR REPLACE MACRO core.reports_due(first_year, last_year) AS TABLE
SELECT * EXCLUDE (is_expected, is_alive) FROM (
    SELECT f.form_code, f.form_version, y.year, u.unit_id, u.unit_code, u.unit_name, y.year || '-' || c.period_code AS period_id,
           d.period_kind, last_day(make_date(y.year, c.last_month, 1)) AS period_end,
           last_day(make_date(y.year, c.last_month, 1)) + d.due_days::INTEGER AS due_date,
           (f.form_code, u.unit_id, y.year || '-' || c.period_code) IN
               (SELECT (e.form_code, e.unit_id, e.period_id) FROM core.final_report e) AS is_final,
           d.is_expected, last_day(make_date(y.year, c.last_month, 1)) <= u.valid_until AS is_alive
    FROM (SELECT unnest(range(first_year, last_year + 1)) AS year) y, core.deadline d JOIN core.period_code c USING (period_kind)
    JOIN core.dim_form f ON f.form_code = d.form_code AND f.is_report
        AND last_day(make_date(y.year, c.last_month, 1)) BETWEEN f.valid_from AND coalesce(f.valid_to, DATE '9999-12-31')
    JOIN core.unit_on_day u ON u.is_reporting
        AND u.valid_from <= last_day(make_date(y.year, c.last_month, 1)) AND last_day(make_date(y.year, c.last_month, 1)) < u.next_from
)
WHERE is_expected AND is_alive
   OR is_final AND form_code IN (SELECT o.form_code FROM core.deadline o WHERE o.is_expected AND core.is_cumulative(o.period_kind))
