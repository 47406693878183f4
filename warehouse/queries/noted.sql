-- What the ledger knows from notes in the archive: ways that submissions came, with the moment, and what operators decided, without one.
SELECT s.sha256, s.file_name, 'came' AS kind, a.arrived_at
FROM intake.arrival a JOIN intake.submission s USING (submission_id)
UNION ALL
SELECT s.sha256, s.file_name, d.kind, NULL
FROM intake.finding f JOIN intake.submission s USING (submission_id)
JOIN (VALUES ('S-WITHDRAWN', 'withdrawn'), ('S-REGISTER-HELD', 'held'), ('S-REGISTER-CONFIRMED', 'confirmed')) d(code, kind) USING (code)
ORDER BY ALL
