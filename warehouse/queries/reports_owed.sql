-- The reports that units are asked for on $today: nothing accepted yet, the reminder has begun, not given up.
SELECT unit_code, unit_name, form_code, period_id, period_label, due_date, last_day, due_state AS state
FROM {report_standing}
WHERE due_state IS NOT NULL AND $today::DATE BETWEEN asked_from AND asked_until
ORDER BY unit_code, period_id
