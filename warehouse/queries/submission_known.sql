-- The submission of this id: one row, or none.
SELECT submission_id FROM intake.submission WHERE submission_id = $submission
