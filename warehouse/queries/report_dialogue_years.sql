-- Dialogues of the units against the norm in every year up to one: the rate of who stated a number, with its bounds.
-- These are what it would be if the units that wrote "không" had held none of theirs, or all. norm_change came into force in the year.
WITH uncounted AS (
    SELECT year, coalesce(sum(dialogue_norm_count) FILTER (is_dialogue_none_stated AND is_covered), 0) AS required_count
    FROM mart.unit_year WHERE reporter_level = 'unit' GROUP BY year
),
changes AS (
    SELECT year(valid_from) AS year, string_agg(document_number, ', ' ORDER BY valid_from) AS norm_change
    FROM core.dim_dialogue_norm WHERE valid_from > (SELECT min(valid_from) FROM core.dim_dialogue_norm) GROUP BY year(valid_from)
)
SELECT k.year, k.dialogues_done, k.dialogues_required, k.dialogue_percent, k.dialogue_percent_low,
       round(100.0 * (k.dialogues_done + u.required_count) / (k.dialogues_required + u.required_count), 1) AS dialogue_percent_high,
       k.dialogue_units_counted, k.dialogue_units_none, k.dialogue_units_no_figure, c.norm_change, s.segment_no,
       d.column_label || ', nhiều nhất (%)' AS label
FROM mart.key_figures k JOIN uncounted u USING (year) LEFT JOIN changes c USING (year)
JOIN meta.dictionary d ON d.schema_name = 'mart' AND d.table_name = 'key_figures' AND d.column_name = 'dialogue_percent'
JOIN mart.series_segment s ON s.mart_name = 'key_figures' AND s.column_name = 'dialogue_percent'
    AND k.year BETWEEN s.from_year AND coalesce(s.to_year, 9999)
WHERE k.reporter_level = 'unit' AND k.year <= $year::BIGINT ORDER BY k.year
