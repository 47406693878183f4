-- The rows and the content hash of each hashed table, by year, as of the newest release.
SELECT schema_name, table_name, year, row_count, content_hash FROM meta.table_hash
