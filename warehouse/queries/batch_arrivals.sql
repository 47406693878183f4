-- What arrived with a batch: form, period, year and kind of each file as far as known, and its bytes.
SELECT coalesce(form_code || '-' || form_version, '(unknown)') AS form, coalesce(period_id, '(unknown)') AS period,
       coalesce(year::VARCHAR, '(unknown)') AS year, coalesce(file_kind, '(unreadable)') AS kind, byte_size
FROM intake.event e JOIN intake.submission s USING (submission_id)
WHERE e.batch_id = $batch_id AND e.event = 'received'
