-- Số liệu nào của các năm đã khóa sổ đã thay đổi ở lần phát hành nào, và vì sao?
-- Which figures of closed years changed at which release, and why?
-- Closed years only, and empty while nothing changed. Of all years, between any two releases or days:
--   danvan diff --from 2 --to 3
SELECT release_no, year, mart_name, row_key, column_name, cause, figure_before, figure_after, difference, submissions
FROM meta.figure_change
ORDER BY release_no, year, mart_name, row_key, column_name, cause
