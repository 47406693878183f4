-- Số văn bản như in và văn bản được nói đến - Every printed number, canonical or known citation, with the one document it means.
SELECT cited_number, min(document_id) AS document_id
FROM (
    SELECT document_number AS cited_number, document_id FROM core.dim_document WHERE document_number IS NOT NULL
    UNION
    SELECT cited_number, document_id FROM core.dim_document_citation
)
GROUP BY cited_number
HAVING count(DISTINCT document_id) = 1
