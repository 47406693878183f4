WITH years AS (
    SELECT DISTINCT year, make_date(year, 1, 1) AS first_day, make_date(year, 12, 31) AS last_day FROM mart.year_source
),
required AS (
    SELECT y.year, string_agg(n.norm_code, ' ' ORDER BY n.valid_from) AS norm_codes,
           greatest(1, floor(sum(n.required_per_year
               * (least(y.last_day, coalesce(n.valid_to, y.last_day)) - greatest(y.first_day, n.valid_from) + 1)
               / (y.last_day - y.first_day + 1)) + 1e-9))::BIGINT AS required_count
    FROM years y
    JOIN core.dim_dialogue_norm n ON n.valid_from <= y.last_day AND coalesce(n.valid_to, y.last_day) >= y.first_day
    GROUP BY y.year
),
done AS (
    SELECT s.year, s.unit_id, bool_and(s.is_full_year) AS is_full_year,
           sum(f.dialogue_count) FILTER (f.dialogue_kind_code = 'dinh_ky' AND f.dialogue_count_state IN ('value', 'zero'))
               AS done_count,
           sum(f.dialogue_count) FILTER (f.dialogue_count_state IN ('value', 'zero')) AS all_kinds_count,
           sum(f.petition_raised_count) FILTER (f.petition_raised_count_state IN ('value', 'zero')) AS petition_raised_count,
           sum(f.petition_settled_count) FILTER (f.petition_settled_count_state IN ('value', 'zero')) AS petition_settled_count
    FROM mart.year_source s LEFT JOIN core.fact_dialogue f USING (submission_id)
    GROUP BY s.year, s.unit_id
)
SELECT d.year, d.unit_id, r.norm_codes, r.required_count, d.done_count, d.all_kinds_count,
       100.0 * least(d.done_count, r.required_count) / r.required_count AS compliance_rate,
       d.petition_raised_count, d.petition_settled_count, d.is_full_year
FROM done d
LEFT JOIN required r USING (year)
JOIN core.unit_on_day u ON u.unit_id = d.unit_id AND make_date(d.year, 12, 31) BETWEEN u.valid_from AND u.valid_until
WHERE u.level_code = 'co_so'
