-- Số liệu của một năm, theo những gì đã biết vào một ngày, khác số liệu hiện nay ra sao?
-- How do the figures of a year as they were known at a time differ from those of today?
-- Here as of release 1; a day in Vietnam ('2026-01-31') or a moment (UTC) will do too. meta.release lists the releases.
SELECT n.year, n.reporter_level,
       t.received AS received_then, n.received AS received_now,
       t.sessions_quan_triet AS sessions_then, n.sessions_quan_triet AS sessions_now,
       t.inspections_done AS inspections_then, n.inspections_done AS inspections_now
FROM mart.key_figures n
LEFT JOIN mart.key_figures_as_of(1) t USING (year, reporter_level)
ORDER BY n.year, n.reporter_level
