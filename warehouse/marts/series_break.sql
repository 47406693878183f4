SELECT year(break_date) AS year, break_date, table_name, column_name, break_kind, binds, break_note_vi, break_note
FROM core.known_break
UNION ALL
SELECT year(b.valid_from), b.valid_from, b.core_table, b.broken, b.concordance,
       -- one cell that became two says the same; what was merged is bridged where the parts are known
       b.concordance <> 'split' AS binds,
       any_value(k.code_label) || ' (mẫu ' || b.form_code || '-' || b.form_version || ')' AS break_note_vi,
       coalesce(any_value(b.concordance_note), any_value(k.code_label_en)) || ' (form ' || b.form_code || '-' || b.form_version || ')'
FROM (
    -- a column that was split or merged breaks under its old name too
    SELECT *, unnest(list_distinct(list_append(string_split(coalesce(was, column_name), '|'), column_name))) AS broken
    FROM meta.form_column
) b
JOIN core.dim_code k ON k.code_list = 'break_kind' AND k.code = b.concordance
-- the first version of a form begins the series: nothing breaks there
WHERE (b.form_code, b.valid_from) NOT IN (SELECT (form_code, min(valid_from)) FROM core.dim_form GROUP BY form_code)
  AND b.form_code IN (SELECT form_code FROM core.dim_form WHERE is_report)
  AND b.concordance IN ('redefined', 'split', 'merged', 'discontinued', 'new') AND b.column_name IS NOT NULL
GROUP BY b.valid_from, b.core_table, b.broken, b.concordance, b.form_code, b.form_version
