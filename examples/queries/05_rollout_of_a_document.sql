-- Một văn bản đã được quán triệt tới bao nhiêu đơn vị, lũy kế qua các năm?
-- To how many units was a document rolled out, cumulatively over the years?
-- Any number by which the document is cited will do. A unit counts in the year in which it first reported a study session on it.
SELECT year, units_due, units_first, units_so_far, round(100.0 * units_so_far / units_due, 1) AS percent
FROM mart.rollout('32-CTr/TU')
ORDER BY year
