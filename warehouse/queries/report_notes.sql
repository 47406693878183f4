-- What to mind when figures are compared up to a year: changes of forms, norms, schemes and units, the newest first.
SELECT DISTINCT break_date, break_kind, break_note_vi FROM mart.series_break WHERE year <= $year::BIGINT ORDER BY break_date DESC, break_note_vi
