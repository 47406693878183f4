-- The units' key figures of every year up to one, a figure and year a row.
SELECT figure, year, value FROM (
    SELECT year, units, received, sessions_quan_triet, classes_tap_huan, models_done_or_running, inspections_planned, inspections_done,
           findings_found, findings_remedied, dialogues_done, dialogues_required, petitions_raised, petitions_settled
    FROM mart.key_figures WHERE reporter_level = 'unit' AND year <= $year::BIGINT
) UNPIVOT INCLUDE NULLS (value FOR figure IN (COLUMNS(* EXCLUDE year)))
JOIN meta.dictionary d ON d.schema_name = 'mart' AND d.table_name = 'key_figures' AND d.column_name = figure
ORDER BY d.position, year
