-- Kiểm tra, giám sát: các dòng lấy số liệu - Inspections in exact figures, each rating with the rule-book that was in force.
--   scheme_in_force_code: Quy định xếp loại đang có hiệu lực - As stated, else the one in force on the day of the inspection (codes: rating_scheme)
--   is_scheme_derived: Quy định do kho suy ra - The form did not ask for it: it follows from the day
SELECT e.*, coalesce(e.rating_scheme_code, s.code) AS scheme_in_force_code,
       e.rating_scheme_code IS NULL AND s.code IS NOT NULL AS is_scheme_derived
FROM core.fact_inspection_exact e
LEFT JOIN core.dim_code s ON s.code_list = 'rating_scheme' AND e.rating_code IS NOT NULL
    AND coalesce(e.inspected_date, e.period_end) BETWEEN s.valid_from AND coalesce(s.valid_to, DATE '9999-12-31')
