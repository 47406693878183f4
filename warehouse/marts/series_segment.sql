WITH first AS (SELECT min(year(valid_from)) AS first_year FROM core.dim_form WHERE is_report),
begun AS (
    SELECT mart_name, column_name, year AS from_year, string_agg(DISTINCT break_kind, ', ' ORDER BY break_kind) AS begun_by,
           string_agg(DISTINCT note_vi, '; ' ORDER BY note_vi) AS note_vi, string_agg(DISTINCT note_en, '; ' ORDER BY note_en) AS note_en
    FROM mart.figure_break, first WHERE binds AND year > first_year GROUP BY mart_name, column_name, year
    UNION ALL
    SELECT DISTINCT mart_name, column_name, first_year, NULL, NULL, NULL FROM meta.figure_source, first
)
SELECT *, row_number() OVER series AS segment_no, lead(from_year) OVER series - 1 AS to_year
FROM begun WINDOW series AS (PARTITION BY mart_name, column_name ORDER BY from_year)
