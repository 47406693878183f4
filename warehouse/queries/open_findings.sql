-- The findings that stand, by code, severity and year.
SELECT code, severity, year, sum(1 + coalesce(more_count, 0))::BIGINT AS findings, count(DISTINCT submission_id) AS submissions
FROM core.open_finding GROUP BY code, severity, year ORDER BY ALL
