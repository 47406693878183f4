-- Every way that submissions came, as far as the archive has a note of it.
SELECT s.sha256, s.file_name, a.arrived_at
FROM intake.arrival a JOIN intake.submission s USING (submission_id)
ORDER BY s.sha256, a.arrived_at
