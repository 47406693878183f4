-- The cells behind one figure of some rows of a mart, counted and not: report, sheet, address, header, what it brings and with which weight.
-- `of_rows`: a list of keys as in meta.lineage, e.g. ['year=2021,unit_id=105'].
CREATE OR REPLACE MACRO meta.cells_of(of_mart, of_column, of_rows) AS TABLE
SELECT l.row_key, l.part, l.value, l.weight, l.uncounted, l.submission_id, s.unit_code, s.period_id, s.file_name, s.sha256, p.sheet,
       replace(m.cell, '*', p.source_row::VARCHAR) AS cell, m.header, m.form_ref, l.source_table, l.source_column, l.row_no, p.source_row, m.column_index
FROM meta.lineage l JOIN intake.submission s USING (submission_id)
JOIN core.row_place p USING (source_table, submission_id, row_no)
LEFT JOIN intake.column_map m ON m.submission_id = l.submission_id AND m.table_name = p.table_name AND m.column_name = l.source_column
WHERE l.mart_name = of_mart AND l.column_name = of_column AND list_contains(of_rows, l.row_key)
