-- Every file that the ledger knows, the first to arrive first.
SELECT s.sha256, s.file_name, s.byte_size
FROM intake.submission s LEFT JOIN (
    SELECT e.submission_id, min((e.at, length(e.event_id), e.event_id)) AS came
    FROM intake.event e WHERE e.event = 'received' GROUP BY 1
) c USING (submission_id)
ORDER BY c.came, s.submission_id
