-- The reports that the calendar asks for a period, by unit.
-- With the unit as its letterhead prints it on the last day, and whether a report was accepted already.
SELECT r.form_code, r.form_version, r.unit_code, r.unit_name, u.party_kind_code, coalesce(p.unit_name, '') AS superior_name,
       EXISTS (FROM intake.submission s WHERE s.form_code = r.form_code AND s.unit_id = r.unit_id AND s.period_id = r.period_id
               AND s.verdict = 'accepted') AS is_accepted
FROM core.reports_due($year, $year) r
JOIN core.unit_on_day u ON u.unit_id = r.unit_id AND r.period_end >= u.valid_from AND r.period_end < u.next_from
LEFT JOIN core.unit_on_day p ON p.unit_id = u.parent_unit_id AND least(r.period_end, u.valid_until) BETWEEN p.valid_from AND p.valid_until
WHERE r.period_id = $period_id ORDER BY r.unit_code, r.form_code
