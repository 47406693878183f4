-- The key figures of every year and level.
FROM mart.key_figures ORDER BY year, reporter_level DESC
