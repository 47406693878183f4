-- Reports expected by year, and how they stand on $today: in time, late, rejected, missing, not due yet.
SELECT year, count(*) AS expected,
       count(*) FILTER (timeliness = 'on_time') AS on_time,
       count(*) FILTER (timeliness = 'late') AS late,
       count(*) FILTER (timeliness = 'rejected') AS rejected,
       count(*) FILTER (timeliness = 'missing') AS missing,
       count(*) FILTER (timeliness = 'not_due') AS not_due
FROM core.report_standing($today::DATE) WHERE is_expected GROUP BY year ORDER BY year
