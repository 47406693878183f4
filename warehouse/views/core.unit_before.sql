-- Đơn vị và các đơn vị mà nó kế thừa - Each unit with itself and those that it succeeds, in whole or in part, one step back.
--   unit_before_id: Đơn vị trước - The unit itself, or one that it succeeds
--   unit_before_code: Mã đơn vị trước - Code that this one wrote on its covers
SELECT DISTINCT s.unit_id, s.unit_before_id, u.unit_code AS unit_before_code
FROM (
    SELECT unit_id, unit_id AS unit_before_id FROM core.dim_unit
    UNION
    SELECT to_unit_id, from_unit_id FROM core.unit_succession WHERE to_unit_id IS NOT NULL
) s JOIN core.dim_unit u ON u.unit_id = s.unit_before_id
