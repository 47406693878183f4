WITH grouped AS (
    SELECT year, unit_id, any_value(reporter_level) AS reporter_level, training_kind_code,
           any_value(document_id) AS document_id, meant_number AS document_number,
           sum(session_count) AS session_count,
           sum(attendee_count) AS attendee_count,
           sum(member_attended_count) AS member_attended_count,
           sum(member_total_count) AS member_total_count,
           100.0 * sum(member_attended_count) FILTER (has_both)
               / nullif(sum(member_total_count) FILTER (has_both), 0) AS member_rate,
           CASE WHEN count(*) = 1 THEN any_value(member_rate_stated) END AS member_rate_stated,
           count(*) FILTER (session_count IS NULL) + count(*) FILTER (attendee_count IS NULL) AS not_exact_count
    FROM core.training_exact
    WHERE is_counted
    GROUP BY year, unit_id, training_kind_code, meant_number
)
SELECT *, min(year) OVER (PARTITION BY unit_id, training_kind_code, document_number) AS first_year
FROM grouped
