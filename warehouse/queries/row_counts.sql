-- Rows of every hashed table by year, and in all (year NULL).
SELECT schema_name || '.' || table_name AS table_name, year, sum(row_count)::BIGINT AS rows FROM meta.table_hash
GROUP BY GROUPING SETS ((1, 2), (1)) HAVING year IS NOT NULL OR grouping(year) = 1 ORDER BY table_name, year
