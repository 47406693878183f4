-- The stretches of a unit's life with its name and superior as of $day, or as of the stretch's end where that is earlier.
SELECT u.unit_name, u.party_kind_code, coalesce(p.unit_name, '') AS superior, u.valid_from, u.valid_until
FROM core.unit_on_day u
LEFT JOIN core.unit_on_day p
  ON p.unit_id = u.parent_unit_id AND least($day::DATE, u.valid_until) BETWEEN p.valid_from AND p.valid_until
WHERE u.unit_code = $unit_code ORDER BY u.valid_from
