-- from the rows, not from the sums by unit: a unit's sums may hold members attended of a row that does not state how many were due
WITH cited AS (
    SELECT t.*, coalesce(d.document_number, t.document_number) AS meant_number,
           t.member_attended_count IS NOT NULL AND t.member_total_count IS NOT NULL AS has_both
    FROM core.training_exact t
    JOIN mart.year_source s USING (submission_id)
    LEFT JOIN core.dim_document d ON d.document_id = t.document_id
)
SELECT year, reporter_level, training_kind_code, meant_number AS document_number,
       count(DISTINCT unit_id) AS unit_count,
       sum(session_count) AS session_count,
       sum(attendee_count) AS attendee_count,
       sum(member_attended_count) AS member_attended_count,
       sum(member_total_count) AS member_total_count,
       100.0 * sum(member_attended_count) FILTER (has_both)
           / nullif(sum(member_total_count) FILTER (has_both), 0) AS member_rate,
       count(*) FILTER (session_count_state NOT IN ('value', 'zero'))
           + count(*) FILTER (attendee_count_state NOT IN ('value', 'zero')) AS not_exact_count
FROM cited
GROUP BY year, reporter_level, training_kind_code, meant_number
