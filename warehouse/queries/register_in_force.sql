-- The place of the register in force among registers: its period and, of those known for the same last day, the highest number.
SELECT c.period_id, c.period_end, max(s.revision) AS revision
FROM intake.submission c JOIN intake.submission s USING (form_code, period_end)
WHERE c.form_code = $form_code AND c.is_current AND s.verdict = 'accepted' GROUP BY ALL
