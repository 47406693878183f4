-- The reports that do not speak of the end of their year, for one table: their unit ended in it, and one that succeeds it reported on from there.
CREATE OR REPLACE MACRO core.passed_on(staging_table) AS TABLE
SELECT DISTINCT y.submission_id
FROM core.year_source_of(staging_table) y
JOIN core.final_report e ON e.unit_id = y.unit_id AND year(e.ended_on) = y.year AND e.ended_on < make_date(y.year, 12, 31)
JOIN core.unit_succession s ON s.from_unit_id = e.unit_id AND s.succession_date = e.ended_on + 1
JOIN core.year_source_of(staging_table) n ON n.unit_id = s.to_unit_id AND n.year = y.year AND n.period_end > e.ended_on
