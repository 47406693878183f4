-- Quán triệt, tập huấn: các dòng lấy số liệu - Training in exact figures, with the document that each row means.
--   document_id: Văn bản - Document meant; blank when none is cited or the citation is unknown
--   printed_number: Số văn bản (như in) - Number of the document as printed
--   document_number: Số văn bản - Canonical number where the document is known, else as printed
SELECT e.* REPLACE (coalesce(d.document_number, e.document_number) AS document_number), e.document_number AS printed_number, c.document_id
FROM core.fact_training_exact e
LEFT JOIN core.citation_document c ON c.cited_number = e.document_number
LEFT JOIN core.dim_document d ON d.document_id = c.document_id
