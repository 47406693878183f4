-- What a comparison of two states of the marts found (warehouse.changes), with the code of the unit as it is called now.
SELECT c.* EXCLUDE (unit_id), u.unit_code
FROM temp.figure_changed c
LEFT JOIN (SELECT unit_id, arg_max(unit_code, valid_from) AS unit_code FROM core.dim_unit GROUP BY unit_id) u USING (unit_id)
ORDER BY c.mart_name, c.year, c.row_key, c.column_name, c.cause
