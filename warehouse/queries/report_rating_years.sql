-- Inspections of the units by rule-book, rating and year up to one, with shares that add up to 100 as they are rounded.
-- Rule-books are never set against each other; what was done and not rated stands under none, without a share.
WITH done AS (
    SELECT i.scheme_in_force_code, i.rating_code, s.code_label AS scheme_label, r.code_label AS rating_label,
           min(s.position) AS scheme_no, min(r.position) AS rating_no, i.year, sum(i.done_count)::BIGINT AS done_count
    FROM mart.inspection_by_year i
    LEFT JOIN core.dim_code s ON s.code_list = 'rating_scheme' AND s.code = i.scheme_in_force_code
    LEFT JOIN core.dim_code r ON r.code_list = 'rating' AND r.code = i.rating_code
    WHERE i.reporter_level = 'unit' AND i.year <= $year::BIGINT GROUP BY ALL
),
whole AS (
    SELECT *, CASE WHEN scheme_in_force_code IS NOT NULL AND rating_code IS NOT NULL
                   THEN 1000.0 * done_count / nullif(sum(done_count) OVER (PARTITION BY scheme_in_force_code, year), 0) END AS tenths
    FROM done WHERE done_count > 0
),
-- largest remainders: the tenths that rounding down leaves over go where it took most
placed AS (
    SELECT *, row_number() OVER (PARTITION BY scheme_in_force_code, year ORDER BY tenths - floor(tenths) DESC, rating_no) AS place,
           1000 - sum(floor(tenths)) OVER (PARTITION BY scheme_in_force_code, year) AS left_over
    FROM whole
)
SELECT scheme_in_force_code, rating_code, coalesce(scheme_label, 'Không theo quy định nào') AS scheme_label,
       coalesce(rating_label, 'Chưa xếp loại') AS rating_label, scheme_no, rating_no, tenths IS NOT NULL AS is_rated, year, done_count,
       (floor(tenths) + CASE WHEN place <= left_over THEN 1 ELSE 0 END) / 10 AS share_percent
FROM placed ORDER BY scheme_no NULLS LAST, rating_no NULLS LAST, year
