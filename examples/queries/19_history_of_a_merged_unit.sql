-- Một đơn vị hình thành do sáp nhập: từ trước đến nay đã làm được gì?
-- What is the history of a unit that came of a merger?
-- Its family holds the units that it came of and those that came of it: here DV046, of DV018 and DV023.
SELECT year, unit_code, unit_name, alive_from, alive_until,
       sessions_quan_triet, models_running, inspections_done, party_member_count
FROM mart.unit_year
WHERE family_id = (SELECT any_value(family_id) FROM mart.unit_year WHERE unit_code = 'DV046')
ORDER BY year, unit_code
