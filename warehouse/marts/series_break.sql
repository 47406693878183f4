SELECT year(break_date) AS year, break_date, table_name, column_name, break_kind, break_note
FROM core.known_break
UNION ALL
SELECT year(valid_from), valid_from, core_table, broken, concordance, any_value(concordance_note)
FROM (
    -- a column that was split or merged breaks under its old name too
    SELECT *, unnest(list_distinct(list_append(string_split(coalesce(was, column_name), '|'), column_name))) AS broken
    FROM meta.form_column
)
-- the first version of a form begins the series: nothing breaks there
WHERE (form_code, valid_from) NOT IN (SELECT (form_code, min(valid_from)) FROM core.dim_form GROUP BY form_code)
  AND form_code IN (SELECT form_code FROM core.dim_form WHERE is_report)
  AND concordance IN ('redefined', 'split', 'merged', 'discontinued', 'new') AND column_name IS NOT NULL
GROUP BY ALL
