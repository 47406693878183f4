-- What the ledger knows from notes in the archive: ways that submissions came, with the moment, and withdrawals, without one.
SELECT s.sha256, s.file_name, a.arrived_at
FROM intake.arrival a JOIN intake.submission s USING (submission_id)
UNION ALL
SELECT s.sha256, s.file_name, NULL
FROM intake.finding f JOIN intake.submission s USING (submission_id) WHERE f.code = 'S-WITHDRAWN'
ORDER BY ALL
