-- The submissions of a unit for a period, the newest version first.
SELECT submission_id FROM intake.submission JOIN intake.batch USING (batch_id)
WHERE unit_code = $unit AND period_id = $period ORDER BY revision DESC NULLS LAST, batch_no DESC, submission_id
