SELECT *, min(year) OVER (PARTITION BY unit_id, training_kind_code, document_number) AS first_year
FROM of_training
