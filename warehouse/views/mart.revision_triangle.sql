-- Số liệu chính qua các lần khoá sổ - Key figures of closed years as each revision had them: read a figure along revision_no.
--   year: Năm - Year, which was closed
--   reporter_level: Cấp báo cáo - Level of the reporter
--   indicator: Chỉ tiêu - Column of mart.key_figures that reports hand in; how many were due and came is asked of mart.key_figures_as_of
--   revision_no: Lần - 1 is the closing; each later one a change after it
--   revised_at: Lúc - When (UTC)
--   days_after_closing: Số ngày sau khoá sổ - Days from the closing to this revision
--   figure: Số liệu - The figure as this revision had it; blank where there was none
--   figure_at_closing: Số liệu khi khoá sổ - The figure of revision 1; blank where there was none
--   difference: Chênh lệch - What came since the closing; blank where either is
--   is_newest: Mới nhất - This is the newest revision of its year
WITH indicator AS (
    FROM (SELECT year, reporter_level, COLUMNS(* EXCLUDE (year, reporter_level))::DOUBLE FROM mart.key_figures)
    UNPIVOT INCLUDE NULLS (figure_now FOR indicator IN (COLUMNS(* EXCLUDE (year, reporter_level))))
    -- changes are kept of what reports hand in; of other columns only the newest value is known here
    WHERE indicator IN (SELECT column_name FROM meta.figure_source WHERE mart_name = 'key_figures')
),
-- a figure has one row for each cause; before is the same in all
change AS (
    SELECT row_key, column_name, release_no, any_value(figure_before)::DOUBLE AS figure_before
    FROM meta.figure_change WHERE mart_name = 'mart.key_figures' GROUP BY ALL
),
revised AS (
    SELECT r.year, i.reporter_level, i.indicator, r.revision_no, r.revised_at,
           -- what the first change after it found; where none came, what is there now
           CASE WHEN count(c.release_no) > 0 THEN arg_min_null(c.figure_before, c.release_no) ELSE any_value(i.figure_now) END AS figure
    FROM meta.year_revision r
    JOIN indicator i USING (year)
    LEFT JOIN change c ON c.row_key = 'year=' || i.year || ',reporter_level=' || i.reporter_level
        AND c.column_name = i.indicator AND c.release_no > r.release_no
    GROUP BY ALL
)
SELECT year, reporter_level, indicator, revision_no, revised_at,
       date_diff('day', first_value(revised_at) OVER revisions, revised_at) AS days_after_closing,
       figure, first_value(figure) OVER revisions AS figure_at_closing, figure - first_value(figure) OVER revisions AS difference,
       revision_no = max(revision_no) OVER (PARTITION BY year) AS is_newest
FROM revised
WINDOW revisions AS (PARTITION BY year, reporter_level, indicator ORDER BY revision_no)
ORDER BY year, reporter_level, indicator, revision_no
