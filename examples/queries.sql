-- Queries over the published warehouse. Run one with:  danvan sql "..."   or open published/danvan.duckdb read-only.

-- Models that were running at the end of each year, by field
SELECT year, field_code, count(*) FILTER (is_running) AS models, count(DISTINCT unit_id) FILTER (is_running) AS units
FROM mart.model_by_unit WHERE reporter_level = 'unit' GROUP BY year, field_code ORDER BY year, field_code;

-- Dialogues done against those required by the decree in force, over the units that reported a number, and how many did not
SELECT year, sum(done_capped_count) AS done, sum(required_count) AS required, count(*) FILTER (is_none_stated) AS none_stated
FROM mart.dialogue_compliance GROUP BY year ORDER BY year;

-- What inspections found, and how much of it was remedied
SELECT year, finding_category_code, found_count, remedied_count, round(remedy_rate, 1) AS remedy_percent
FROM mart.inspection_finding_by_year WHERE reporter_level = 'unit' ORDER BY year, found_count DESC;

-- Why a series breaks where it breaks
SELECT * FROM mart.series_break WHERE table_name = 'fact_dialogue' ORDER BY break_date;

-- A three-year review of a programme: what nobody stated is NULL
SELECT * FROM mart.programme_review(DATE '2013-08-30', DATE '2016-08-30', programme := '32-CTr/TU');

-- Units that have not reported a year
SELECT c.year, u.unit_code, u.unit_name, c.timeliness FROM mart.completeness c
JOIN core.unit_on_day u ON u.unit_id = c.unit_id AND make_date(c.year, 12, 31) BETWEEN u.valid_from AND u.valid_until
WHERE c.is_expected AND c.timeliness IN ('missing', 'rejected') ORDER BY c.year, u.unit_code;
