-- Roll-outs and classes of a year by level, kind and document.
SELECT reporter_level, training_kind_code, document_number, unit_count, session_count, attendee_count, member_attended_count,
       member_total_count, member_rate
FROM mart.training_by_year WHERE year = $year::BIGINT ORDER BY reporter_level DESC, training_kind_code, document_number NULLS LAST
