-- Quán triệt, tập huấn: số liệu chính xác - Training of current reports in exact figures, with the document that each row means.
--   document_id: Văn bản - Document meant; blank when none is cited or the citation is unknown
--   meant_number: Số văn bản - Canonical number where the document is known, else as printed
--   has_both: Có cả hai số - Both members attended and members due are exact: rates are taken over these rows
SELECT e.*, c.document_id, coalesce(d.document_number, e.document_number) AS meant_number,
    e.member_attended_count IS NOT NULL AND e.member_total_count IS NOT NULL AS has_both
FROM core.fact_training_exact e
LEFT JOIN core.citation_document c ON c.cited_number = e.document_number
LEFT JOIN core.dim_document d ON d.document_id = c.document_id
WHERE e.is_current
