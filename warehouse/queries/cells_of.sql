-- The cells behind a figure of some rows of a mart, counted ones first, by file and row.
FROM meta.cells_of($mart, $column, $rows::VARCHAR[])
ORDER BY uncounted IS NOT NULL, row_key, period_id, unit_code, file_name, source_row, part
