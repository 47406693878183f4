-- The governing document of that number as the register has it.
SELECT document_number, document_date, issuer_name, document_title FROM core.dim_document WHERE document_number = $programme
