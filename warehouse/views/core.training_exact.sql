-- Quán triệt, tập huấn: số liệu chính xác - Rows of fact_training of current reports whose figures are exact; qualified figures are NULL here.
--   reporter_level: Cấp báo cáo - bloc, or unit for a grassroots unit
--   document_id: Văn bản - Document meant; blank when none is cited or the citation is unknown
--   meant_number: Số văn bản - Canonical number where the document is known, else as printed
--   has_both: Có cả hai số - Both members attended and members due are exact: rates are taken over these rows
SELECT f.* REPLACE (
    CASE WHEN session_count_state IN ('value', 'zero') THEN session_count END AS session_count,
    CASE WHEN attendee_count_state IN ('value', 'zero') THEN attendee_count END AS attendee_count,
    CASE WHEN member_attended_count_state IN ('value', 'zero') THEN member_attended_count END AS member_attended_count,
    CASE WHEN member_total_count_state IN ('value', 'zero') THEN member_total_count END AS member_total_count
), CASE u.level_code WHEN 'co_so' THEN 'unit' ELSE 'bloc' END AS reporter_level, c.document_id,
    coalesce(d.document_number, f.document_number) AS meant_number,
    member_attended_count_state IN ('value', 'zero') AND member_total_count_state IN ('value', 'zero') AS has_both
FROM core.fact_training f
ASOF LEFT JOIN core.dim_unit u ON u.unit_id = f.unit_id AND f.period_end >= u.valid_from
LEFT JOIN core.citation_document c ON c.cited_number = f.document_number
LEFT JOIN core.dim_document d ON d.document_id = c.document_id
WHERE f.is_current
