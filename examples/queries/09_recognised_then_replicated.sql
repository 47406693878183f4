-- Mô hình được công nhận thì bao lâu sau được nhân rộng?
-- Of the models recognised in a year, how many were replicated, and after how many years?
-- `not_so_far` may still come: recent years are not comparable with old ones. Models are followed through mergers and new codes;
-- those of superior bodies are left out.
SELECT recognised_year,
       count(*) AS recognised,
       count(replicated_year) AS replicated,
       count(*) FILTER (is_censored) AS not_so_far,
       median(years_to_replication) AS median_years
FROM mart.model_path
WHERE recognised_year IS NOT NULL AND last_unit_id IN (SELECT unit_id FROM mart.unit_year WHERE reporter_level = 'unit')
GROUP BY recognised_year
ORDER BY recognised_year
