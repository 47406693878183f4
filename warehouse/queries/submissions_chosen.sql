-- Submissions that are named, that a batch judged last, or that speak of some years.
SELECT submission_id
FROM intake.submission
WHERE submission_id IN (SELECT unnest($submissions)) OR batch_id = $batch_id OR year IN (SELECT unnest($years))
ORDER BY submission_id
