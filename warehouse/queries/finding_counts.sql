-- The findings of some submissions by severity and code.
SELECT severity, code, sum(1 + coalesce(more_count, 0))::BIGINT AS findings FROM intake.finding
WHERE submission_id IN (SELECT unnest($ids::VARCHAR[])) GROUP BY severity, code ORDER BY severity, code
