-- The superior bodies that there are on $day, with their own superior: whose paper a report is.
SELECT b.unit_code, b.unit_name, b.unit_type_code, p.unit_name AS superior_name
FROM core.unit_on_day b
LEFT JOIN core.unit_on_day p ON p.unit_id = b.parent_unit_id AND $day::DATE BETWEEN p.valid_from AND p.valid_until
WHERE NOT b.is_reporting AND $day::DATE BETWEEN b.valid_from AND b.valid_until ORDER BY b.unit_code
