-- Nhóm đơn vị nối nhau qua sáp nhập, chia tách - Units that are joined by successions, in whole or in part; figures by family need no shares.
--   family_id: Nhóm đơn vị - The smallest unit_id of the family; a unit that nothing joins is its own
WITH RECURSIVE joined AS (
    SELECT from_unit_id AS a, to_unit_id AS b FROM core.unit_succession WHERE to_unit_id <> from_unit_id
    UNION
    SELECT to_unit_id, from_unit_id FROM core.unit_succession WHERE to_unit_id <> from_unit_id
),
reached AS (
    SELECT DISTINCT a AS unit_id, a AS other FROM joined
    UNION
    SELECT r.unit_id, j.b FROM reached r JOIN joined j ON j.a = r.other
)
SELECT u.unit_id, coalesce(min(r.other), u.unit_id) AS family_id
FROM (SELECT DISTINCT unit_id FROM core.dim_unit) u LEFT JOIN reached r USING (unit_id)
GROUP BY u.unit_id
