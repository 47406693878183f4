-- Submissions by form, version and verdict, and how many of them are the current version of their report.
SELECT form_code, form_version, verdict, count(*) AS submissions, count(*) FILTER (is_current) AS current
FROM intake.submission GROUP BY form_code, form_version, verdict ORDER BY form_code, form_version, verdict
