-- Where the figures of each unit belong among the units that were alive on 31 December of a year: of its periods that end between
-- figures_from and figures_until (a merger or a split makes it another unit) the share that goes to unit_on_y. `allocation`: exact; estimated,
-- by the shares of the register; none, a unit that it came of, among others, before (share 0: nobody knows how much). unit_on_y is NULL for
-- what has no place there: `reason` dissolved, not_yet (it came of no unit), merged_backward. The shares of a unit and stretch sum to 1.
-- Before a merger a unit is placed among those it came of where the register states the share of each in it (successor_share).
CREATE OR REPLACE MACRO core.unit_map(of_year) AS TABLE
WITH RECURSIVE last AS (SELECT make_date(of_year::INTEGER, 12, 31) AS day),
change AS ( -- days on which a unit goes, in whole or in part, to another one; a name or a superior that changes makes no other unit
    SELECT from_unit_id, to_unit_id, succession_date, share, successor_share FROM core.unit_succession
    WHERE (from_unit_id, succession_date) IN (
        SELECT (s.from_unit_id, s.succession_date) FROM core.unit_succession s WHERE s.to_unit_id IS DISTINCT FROM s.from_unit_id
    )
),
life AS (SELECT unit_id, min(valid_from) AS born, max(valid_until) AS ended FROM core.unit_on_day GROUP BY unit_id),
node AS ( -- a unit between two such days
    SELECT unit_id, born, begun, coalesce(lead(begun) OVER life - 1, ended) AS until, lead(begun) OVER life AS next_begun
    FROM (
        SELECT unit_id, born, ended, born AS begun FROM life
        UNION
        SELECT l.unit_id, l.born, l.ended, c.succession_date FROM life l JOIN change c ON l.unit_id IN (c.from_unit_id, c.to_unit_id)
        WHERE c.succession_date > l.born AND c.succession_date <= l.ended
    )
    WINDOW life AS (PARTITION BY unit_id ORDER BY begun)
),
step AS (
    SELECT a.unit_id, a.begun, b.unit_id AS next_id, b.begun AS next_begun, c.share, c.successor_share AS part
    FROM change c JOIN node a ON a.unit_id = c.from_unit_id AND c.succession_date - 1 BETWEEN a.begun AND a.until
    JOIN node b ON b.unit_id = c.to_unit_id AND c.succession_date BETWEEN b.begun AND b.until
    UNION ALL -- who takes others over goes on whole
    SELECT n.unit_id, n.begun, n.unit_id, n.next_begun, 1::DOUBLE,
           (SELECT CASE WHEN count(*) = count(c.successor_share) THEN 1 - sum(c.successor_share) END
            FROM change c WHERE c.to_unit_id = n.unit_id AND c.succession_date = n.next_begun)
    FROM node n
    WHERE n.next_begun IS NOT NULL AND (n.unit_id, n.next_begun) NOT IN (SELECT (c.from_unit_id, c.succession_date) FROM change c)
),
sources AS (SELECT next_id, next_begun, count(*) AS units FROM step GROUP BY ALL),
forward AS (
    SELECT n.unit_id, n.begun, n.unit_id AS at_id, n.begun AS at_begun, n.until AS at_until, 1::DOUBLE AS share FROM node n, last WHERE n.begun <= last.day
    UNION ALL
    SELECT f.unit_id, f.begun, n.unit_id, n.begun, n.until, f.share * s.share
    FROM forward f JOIN step s ON (s.unit_id, s.begun) = (f.at_id, f.at_begun) JOIN node n ON (n.unit_id, n.begun) = (s.next_id, s.next_begun), last
    WHERE f.at_until < last.day
),
backward AS (
    SELECT n.unit_id, n.begun, n.unit_id AS at_id, n.begun AS at_begun, 1::DOUBLE AS share FROM node n, last WHERE n.begun > last.day
    UNION ALL
    SELECT b.unit_id, b.begun, s.unit_id, s.begun, b.share * CASE WHEN p.units = 1 THEN 1 ELSE s.part END -- NULL: nobody knows
    FROM backward b JOIN step s ON (s.next_id, s.next_begun) = (b.at_id, b.at_begun)
    JOIN sources p ON (p.next_id, p.next_begun) = (b.at_id, b.at_begun), last
    WHERE b.at_begun > last.day
),
placed AS (
    SELECT f.unit_id, f.begun, f.at_id AS unit_on_y, sum(f.share) AS share,
           CASE WHEN f.at_id = f.unit_id AND f.at_begun = f.begun THEN 'same' ELSE 'forward' END AS direction
    FROM forward f, last WHERE f.at_until >= last.day GROUP BY ALL
    UNION ALL
    SELECT b.unit_id, b.begun, b.at_id, CASE WHEN count(b.share) = count(*) THEN sum(b.share) ELSE 0 END, 'backward'
    FROM backward b, last WHERE b.at_begun <= last.day GROUP BY ALL
),
found AS (
    SELECT *, CASE WHEN share = 0 THEN 'none' WHEN share > 1 - 1e-9 THEN 'exact' ELSE 'estimated' END AS allocation FROM placed
    UNION ALL
    SELECT n.unit_id, n.begun, NULL, 1 - coalesce(sum(p.share), 0), CASE WHEN n.begun > any_value(last.day) THEN 'backward' ELSE 'forward' END, 'none'
    FROM node n LEFT JOIN placed p USING (unit_id, begun), last GROUP BY n.unit_id, n.begun HAVING 1 - coalesce(sum(p.share), 0) > 1e-9
)
SELECT f.unit_id, CASE WHEN n.begun = n.born THEN DATE '0001-01-01' ELSE n.begun END AS figures_from,
       coalesce(n.next_begun - 1, DATE '9999-12-31') AS figures_until, f.unit_on_y, f.share, f.direction, f.allocation,
       CASE WHEN f.allocation <> 'none' THEN NULL WHEN f.direction = 'forward' THEN 'dissolved'
            WHEN count(f.unit_on_y) OVER (PARTITION BY f.unit_id, f.begun) > 0 THEN 'merged_backward' ELSE 'not_yet' END AS reason
FROM found f JOIN node n USING (unit_id, begun)
