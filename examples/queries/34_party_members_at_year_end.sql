-- Cuối mỗi năm có bao nhiêu đảng viên, theo bao nhiêu đơn vị?
-- How many party members were there at the end of each year, as how many units say?
-- A level: how it stood at the end of a year, in the units that existed then. Never add years. Blank until 2016: not stated.
SELECT year, sum(party_member_count) AS party_members, count(party_member_count) AS units_with_a_number, count(*) AS units
FROM mart.unit_year
WHERE reporter_level = 'unit' AND is_alive_31_12
GROUP BY year
ORDER BY year
