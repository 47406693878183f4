WITH cited AS (
    SELECT f.*, c.document_id AS known_id, d.document_number AS canonical,
           CASE u.level_code WHEN 'co_so' THEN 'unit' ELSE 'bloc' END AS reporter_level
    FROM core.fact_training f
    JOIN mart.year_source s USING (submission_id)
    LEFT JOIN core.citation_document c ON c.cited_number = f.document_number
    LEFT JOIN core.dim_document d ON d.document_id = c.document_id
    LEFT JOIN core.unit_on_day u ON u.unit_id = f.unit_id AND f.period_end BETWEEN u.valid_from AND u.valid_until
),
grouped AS (
    SELECT year, unit_id, any_value(reporter_level) AS reporter_level, training_kind_code,
           any_value(known_id) AS document_id, coalesce(canonical, document_number) AS document_number,
           sum(session_count) FILTER (session_count_state IN ('value', 'zero')) AS session_count,
           sum(attendee_count) FILTER (attendee_count_state IN ('value', 'zero')) AS attendee_count,
           sum(member_attended_count) FILTER (member_attended_count_state IN ('value', 'zero')) AS member_attended_count,
           sum(member_total_count) FILTER (member_total_count_state IN ('value', 'zero')) AS member_total_count,
           100.0 * sum(member_attended_count) FILTER (member_total_count IS NOT NULL)
               / nullif(sum(member_total_count) FILTER (member_attended_count IS NOT NULL), 0) AS member_rate,
           CASE WHEN count(*) = 1 THEN any_value(member_rate_stated) END AS member_rate_stated,
           count(*) FILTER (session_count_state NOT IN ('value', 'zero'))
               + count(*) FILTER (attendee_count_state NOT IN ('value', 'zero')) AS not_exact_count
    FROM cited
    GROUP BY year, unit_id, training_kind_code, coalesce(canonical, document_number)
)
SELECT *, min(year) OVER (PARTITION BY unit_id, training_kind_code, document_number) AS first_year
FROM grouped
