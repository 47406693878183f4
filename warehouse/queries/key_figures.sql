-- The key figures of every year.
FROM mart.key_figures ORDER BY year
