-- Whether a figure of a mart means the same in two years, e.g. ('training_by_year', 'attendee_count', 2022, 2024); NULL for no figure.
CREATE OR REPLACE MACRO mart.is_comparable(of_table, of_column, year_1, year_2) AS (
    SELECT CASE WHEN count(*) > 0 THEN count(*) FILTER (year_1 BETWEEN from_year AND coalesce(to_year, 9999)
                                                        AND year_2 BETWEEN from_year AND coalesce(to_year, 9999)) = 1 END
    FROM mart.series_segment
    WHERE mart_name = replace(of_table, 'mart.', '') AND column_name = of_column
)
