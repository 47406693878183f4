-- What to mind when a figure of a mart is compared between two years: every change between them, those that bind first.
CREATE OR REPLACE MACRO mart.comparison_notes(of_table, of_column, year_1, year_2) AS TABLE
SELECT break_date, break_kind, binds, note_vi, note_en
FROM mart.figure_break
WHERE mart_name = replace(of_table, 'mart.', '') AND column_name = of_column
  AND year > least(year_1, year_2) AND year <= greatest(year_1, year_2)
ORDER BY binds DESC, break_date
