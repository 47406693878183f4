-- One finding of each of $codes, in their order.
SELECT f.code, s.file_name, f.sheet, f.cell, f.found, f.message, f.remedy
FROM intake.finding f JOIN intake.submission s USING (submission_id)
WHERE f.code IN (SELECT unnest($codes::VARCHAR[]))
QUALIFY row_number() OVER (PARTITION BY f.code ORDER BY s.file_name) = 1 ORDER BY list_position($codes::VARCHAR[], f.code)
