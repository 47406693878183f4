-- The documents issued on a day.
SELECT document_number FROM core.dim_document WHERE document_date = $day::DATE
