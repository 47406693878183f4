-- Every unit under its newest name.
SELECT unit_id, max_by(unit_name, valid_from) AS unit_name FROM core.dim_unit GROUP BY unit_id
