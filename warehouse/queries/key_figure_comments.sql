-- The key figures in order, each with its comment: Vietnamese label - English [unit].
SELECT column_name, comment FROM duckdb_columns()
WHERE schema_name = 'mart' AND table_name = 'key_figures' AND column_name <> 'year' ORDER BY column_index
