SELECT year, reporter_level, training_kind_code, document_number,
       count(DISTINCT unit_id) AS unit_count,
       sum(session_count) AS session_count,
       sum(attendee_count) AS attendee_count,
       sum(member_attended_count) AS member_attended_count,
       sum(member_total_count) AS member_total_count,
       100.0 * sum(member_attended_count) FILTER (member_total_count IS NOT NULL)
           / nullif(sum(member_total_count) FILTER (member_attended_count IS NOT NULL), 0) AS member_rate
FROM mart.training_by_unit
GROUP BY year, reporter_level, training_kind_code, document_number
