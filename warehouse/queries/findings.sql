-- Findings with the file they are about; an empty $submission or $code means any.
SELECT f.severity, f.code, s.file_name, f.sheet, f.cell, f.found, f.expected, f.message, f.remedy, f.probable, f.more_count, f.life,
       f.submission_id
FROM intake.finding f JOIN intake.submission s USING (submission_id)
WHERE $submission::VARCHAR IN ('', f.submission_id) AND $code::VARCHAR IN ('', f.code)
ORDER BY f.severity, s.file_name, f.sheet, f.cell, f.code
