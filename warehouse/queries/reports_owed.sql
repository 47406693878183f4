-- The reports that units are asked for on $today: nothing accepted yet, the reminder has begun, not given up.
SELECT u.unit_code, u.unit_name, r.form_code, r.period_id, r.due_date, r.last_day, r.due_state AS state
FROM core.report_standing($today::DATE) r
JOIN core.unit_on_day u ON u.unit_id = r.unit_id AND r.period_end >= u.valid_from AND r.period_end < u.next_from
WHERE r.is_expected AND r.due_state IS NOT NULL AND $today::DATE BETWEEN r.asked_from AND r.asked_until
ORDER BY u.unit_code, r.period_id, r.form_code
