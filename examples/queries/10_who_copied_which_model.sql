-- Đơn vị nào nhân rộng mô hình nào của đơn vị khác?
-- Which unit copied which model?
-- The form asks for it since 2023. That is a link that no mart carries, so core is asked: rows that count, each model once.
SELECT m.unit_code, m.model_code, m.replicated_from_code, min(m.year) AS first_year, o.unit_code AS original_unit_code
FROM core.model_rows m
LEFT JOIN (SELECT DISTINCT unit_code, model_code FROM mart.model_by_unit) o ON o.model_code = m.replicated_from_code
WHERE m.is_counted AND m.replicated_from_code IS NOT NULL
GROUP BY m.unit_code, m.model_code, m.replicated_from_code, o.unit_code
ORDER BY m.unit_code, m.model_code
