-- Which report of a year came from which unit, and how: one row a unit and period that was expected or came.
-- column_no: the units in columns of at most 40.
WITH stood AS (
    SELECT u.unit_code, u.unit_name, split_part(c.period_id, '-', 2) AS suffix, c.due_date, c.timeliness
    FROM mart.completeness c
    JOIN core.unit_on_day u ON u.unit_id = c.unit_id AND c.year = $year::BIGINT
        AND make_date(c.year, 12, 31) < u.next_from AND make_date(c.year, 12, 31) >= u.valid_from
    WHERE u.is_reporting
),
spread AS (
    SELECT *, dense_rank() OVER (ORDER BY unit_code) - 1 AS unit_no, min(due_date) OVER (PARTITION BY suffix) AS period_due FROM stood
),
sized AS (SELECT max(unit_no) + 1 AS units, ceil((max(unit_no) + 1) / 40.0) AS columns FROM spread)
SELECT s.unit_code, s.unit_name, coalesce(k.code_label, l.code_label || ' ' || ltrim(substr(s.suffix, 2), '0'), s.suffix) AS period,
       dense_rank() OVER (ORDER BY s.period_due NULLS FIRST, s.suffix) AS period_no, s.timeliness, t.position AS timeliness_no,
       floor(s.unit_no / ceil(z.units / z.columns))::BIGINT AS column_no
FROM spread s CROSS JOIN sized z
LEFT JOIN core.dim_code k ON k.code_list = 'period_kind' AND k.code = s.suffix
LEFT JOIN core.dim_code l ON l.code_list = 'period_kind' AND l.code = left(s.suffix, 1)
JOIN core.dim_code t ON t.code_list = 'timeliness' AND t.code = s.timeliness
ORDER BY s.unit_code, period_no
