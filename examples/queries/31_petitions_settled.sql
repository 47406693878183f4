-- Bao nhiêu phần trăm kiến nghị nêu tại đối thoại đã được giải quyết?
-- What percentage of the petitions raised in dialogues was settled?
-- Over those that state both numbers, so that nobody's settled petitions stand over others' raised ones.
SELECT year,
       sum(petition_raised_count) AS raised,
       sum(petition_settled_count) FILTER (petition_raised_count IS NOT NULL) AS settled,
       round(100.0 * settled / sum(petition_raised_count) FILTER (petition_settled_count IS NOT NULL), 1) AS settled_percent,
       count(DISTINCT unit_id) FILTER (petition_raised_count IS NOT NULL AND petition_settled_count IS NOT NULL) AS units_counted
FROM mart.dialogue_by_kind
WHERE reporter_level = 'unit'
GROUP BY year
ORDER BY year
