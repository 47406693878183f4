-- Tên của đơn vị để so sánh - Every name by which a unit is known, as a key that spellings share: core.text_key.
--   name_key: Khóa của tên - The name without accents, case, spaces and punctuation
SELECT u.unit_id, u.unit_code, core.text_key(u.unit_name) AS name_key FROM core.dim_unit u
UNION
SELECT u.unit_id, u.unit_code, core.text_key(a.alias_name) FROM core.dim_unit_alias a JOIN core.dim_unit u USING (unit_id)
