-- The next report that the calendar asks of each unit on $today: its due day is not over, nothing was accepted for it yet.
SELECT r.unit_code, r.unit_name, r.form_code, r.period_id, r.due_date
-- a due day may lie in the year after its period; a year that was reported on before its end is passed over
FROM core.reports_due(year($today::DATE) - 1, year($today::DATE) + 2) r
ANTI JOIN (FROM intake.submission WHERE verdict = 'accepted') a USING (form_code, unit_id, period_id)
WHERE r.due_date >= $today::DATE
QUALIFY rank() OVER (PARTITION BY r.unit_id ORDER BY r.due_date) = 1
ORDER BY r.unit_code, r.form_code, r.period_id
