-- The figures of a programme between two days, in the order of its review.
SELECT indicator, level, value, unit_of_measure, unit_count, label, position,
       reports_used, used_from, used_to, reports_beginning_before_window
FROM mart.programme_review($first_day::DATE, $last_day::DATE, programme := $programme) ORDER BY position
