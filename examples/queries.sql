-- Queries over the published warehouse. Run one with:  danvan sql "..."   or open published/danvan.duckdb read-only.

-- Models at work at the end of each year, by field
SELECT year, field_code, count(*) FILTER (is_active) AS models, count(DISTINCT unit_id) FILTER (is_active) AS units
FROM mart.model_by_unit GROUP BY year, field_code ORDER BY year, field_code;

-- Dialogues done against those required by the decree in force, for units that reported the whole year
SELECT year, sum(least(done_count, required_count)) AS done, sum(required_count) AS required
FROM mart.dialogue_compliance WHERE is_full_year AND done_count IS NOT NULL GROUP BY year ORDER BY year;

-- What inspections found, and how much of it was remedied
SELECT year, finding_category_code, found_count, remedied_count, round(remedy_rate, 1) AS remedy_percent
FROM mart.inspection_finding_by_year ORDER BY year, found_count DESC;

-- Why a series breaks where it breaks
SELECT * FROM mart.series_break WHERE table_name = 'fact_dialogue' ORDER BY break_date;

-- A three-year review of a programme: what nobody stated is NULL
SELECT * FROM mart.programme_review(DATE '2013-08-30', DATE '2016-08-30', programme := '32-CTr/TU');

-- Units that have not reported a year
SELECT c.year, u.unit_code, u.unit_name, c.timeliness FROM mart.completeness c
JOIN core.unit_on_day u ON u.unit_id = c.unit_id AND make_date(c.year, 12, 31) BETWEEN u.valid_from AND u.valid_until
WHERE c.is_expected AND c.timeliness IN ('missing', 'rejected') ORDER BY c.year, u.unit_code;
