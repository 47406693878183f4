-- The findings of some submissions by severity and code.
SELECT severity, code, count(*) AS findings FROM intake.finding
WHERE submission_id IN (SELECT unnest($ids::VARCHAR[])) GROUP BY severity, code ORDER BY severity, code
