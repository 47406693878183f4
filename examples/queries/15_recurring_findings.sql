-- Hạn chế đã phát hiện có lặp lại trong hai năm sau không?
-- Do findings of inspections recur within two years?
-- A row of the macro is a family of units, a category and a year. The rate is over the families that reported both years after
-- (is_known): of the last two years nothing is known yet.
SELECT year,
       count(*) AS found,
       count(*) FILTER (is_known) AS followed_two_years,
       count(*) FILTER (is_recurring AND is_known) AS recurring,
       round(100.0 * recurring / nullif(followed_two_years, 0), 1) AS recurring_percent
FROM mart.finding_recurrence(within_years := 2)
WHERE reporter_level = 'unit'
GROUP BY year
ORDER BY year
