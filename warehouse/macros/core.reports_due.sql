-- Every report that the calendar of these years asks of units, whether it came or not: of units alive on the last day of the
-- period, on a form in force then, by the deadlines that say `expected`. Who is asked for one on a day is core.report_standing's.
CREATE OR REPLACE MACRO core.reports_due(first_year, last_year) AS TABLE
SELECT f.form_code, f.form_version, y.year, u.unit_id, u.unit_code, u.unit_name, y.year || '-' || c.period_code AS period_id,
       d.period_kind, last_day(make_date(y.year, c.last_month, 1)) AS period_end,
       last_day(make_date(y.year, c.last_month, 1)) + d.due_days::INTEGER AS due_date
FROM (SELECT unnest(range(first_year, last_year + 1)) AS year) y, core.deadline d JOIN core.period_code c USING (period_kind)
JOIN core.dim_form f ON f.form_code = d.form_code AND f.is_report
    AND last_day(make_date(y.year, c.last_month, 1)) BETWEEN f.valid_from AND coalesce(f.valid_to, DATE '9999-12-31')
JOIN core.unit_on_day u
    ON last_day(make_date(y.year, c.last_month, 1)) BETWEEN u.valid_from AND u.valid_until AND u.is_reporting
WHERE d.is_expected
