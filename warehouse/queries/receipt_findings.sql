-- The findings of some submissions as their receipts list them: errors first, then by place.
SELECT submission_id, code, severity, sheet, cell, found, expected, message, remedy, probable, more_count, life FROM intake.finding
WHERE submission_id IN (SELECT unnest($ids::VARCHAR[]))
ORDER BY submission_id, severity, sheet NULLS FIRST, row_no, cell, code
