-- Every file that the ledger knows, by submission.
SELECT sha256, file_name, byte_size
FROM intake.submission
ORDER BY submission_id
