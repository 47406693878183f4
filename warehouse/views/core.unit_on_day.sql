-- Đơn vị theo ngày - Units with a closed stretch: join on unit_id and a day BETWEEN valid_from AND valid_until.
SELECT *, coalesce(valid_to, DATE '9999-12-31') AS valid_until FROM core.dim_unit
