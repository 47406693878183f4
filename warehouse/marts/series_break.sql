SELECT year(break_date) AS year, break_date, table_name, column_name, break_kind, break_note
FROM core.known_break
UNION ALL
SELECT year(valid_from), valid_from, 'fact_' || CASE table_name WHEN 'model' THEN 'model_status' ELSE table_name END,
       broken, concordance, any_value(concordance_note)
FROM (
    -- a column that was split or merged breaks under its old name too
    SELECT *, unnest(list_distinct(list_append(string_split(coalesce(was, column_name), '|'), column_name))) AS broken
    FROM meta.form_column
)
WHERE form_code = 'BCDV' AND concordance IN ('redefined', 'split', 'merged', 'discontinued', 'new')
  AND column_name IS NOT NULL AND valid_from > DATE '2013-01-01'
GROUP BY ALL
