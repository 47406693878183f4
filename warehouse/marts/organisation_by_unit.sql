-- a sum of which one part is not known is not known
SELECT *, coalesce(cadre_count, cadre_full_time_count + cadre_part_time_count) AS cadre_total_count
FROM of_organisation
