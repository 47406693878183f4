-- Reports of a year that were expected and are missing, rejected or late, by unit.
SELECT u.unit_code, u.unit_name, c.period_id, c.due_date, c.timeliness, c.days_late
FROM mart.completeness c
JOIN core.unit_on_day u ON u.unit_id = c.unit_id AND make_date(c.year, 12, 31) < u.next_from AND make_date(c.year, 12, 31) >= u.valid_from
WHERE c.year = $year::BIGINT AND c.is_expected AND c.timeliness <> 'on_time' ORDER BY u.unit_code, c.period_id
