-- from the rows, not from the sums by unit: a unit's sums may hold members attended of a row that does not state how many were due
SELECT year, reporter_level, training_kind_code, meant_number AS document_number,
       count(DISTINCT unit_id) AS unit_count,
       sum(session_count) AS session_count,
       sum(attendee_count) AS attendee_count,
       sum(member_attended_count) AS member_attended_count,
       sum(member_total_count) AS member_total_count,
       100.0 * sum(member_attended_count) FILTER (has_both)
           / nullif(sum(member_total_count) FILTER (has_both), 0) AS member_rate,
       count(*) FILTER (session_count IS NULL) + count(*) FILTER (attendee_count IS NULL) AS not_exact_count
FROM core.training_exact
WHERE is_counted
GROUP BY year, reporter_level, training_kind_code, meant_number
