-- The years of which a release after $since changed a mart, among those that reports came of; all of these while $since is 0.
SELECT DISTINCT d.year FROM meta.release_diff d
WHERE d.release_no > $since AND starts_with(d.table_name, 'mart.') AND d.year IN (
    SELECT s.year FROM intake.submission s JOIN core.dim_form f USING (form_code) WHERE f.is_report
)
ORDER BY d.year
