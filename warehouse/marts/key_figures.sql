WITH unit AS (
    SELECT year, reporter_level, count(*) AS units, count(*) FILTER (is_alive_31_12) AS units_31_12,
           nullif(sum(due_count), 0) AS due, CASE WHEN sum(due_count) > 0 THEN sum(received_count) END AS received,
           count(*) FILTER (report_count > 0) AS units_reported, count(*) FILTER (is_covered) AS units_full_year,
           sum(done_capped_count) AS dialogues_done, sum(required_count) AS dialogues_required,
           count(*) FILTER (is_dialogue_counted) AS dialogue_units_counted,
           count(*) FILTER (is_dialogue_none_stated) AS dialogue_units_none,
           count(*) FILTER (is_reporting AND NOT is_dialogue_counted AND NOT is_dialogue_none_stated) AS dialogue_units_no_figure,
           coalesce(sum(dialogue_norm_count) FILTER (is_dialogue_none_stated AND is_covered), 0) AS required_of_none
    FROM mart.unit_year GROUP BY year, reporter_level
)
SELECT u.* EXCLUDE (required_of_none),
       t.* EXCLUDE (year, reporter_level), m.* EXCLUDE (year, reporter_level),
       -- where nobody stated a number nobody is known to have done none
       i.* EXCLUDE (year, reporter_level) REPLACE (CASE WHEN i.inspections_done IS NOT NULL THEN i.inspection_units END AS inspection_units),
       f.* EXCLUDE (year, reporter_level), g.* EXCLUDE (year, reporter_level),
       round(100.0 * u.dialogues_done / u.dialogues_required, 1) AS dialogue_percent,
       round(100.0 * u.dialogues_done / (u.dialogues_required + u.required_of_none), 1) AS dialogue_percent_low
FROM unit u LEFT JOIN of_training t USING (year, reporter_level) LEFT JOIN of_model m USING (year, reporter_level)
LEFT JOIN of_inspection i USING (year, reporter_level) LEFT JOIN of_inspection_finding f USING (year, reporter_level)
LEFT JOIN of_dialogue g USING (year, reporter_level)
