-- Đơn vị theo ngày - Units with a closed stretch: join on unit_id and a day BETWEEN valid_from AND valid_until.
--   valid_until: Đến hết ngày - Last day; 9999-12-31 while it lasts
SELECT *, coalesce(valid_to, DATE '9999-12-31') AS valid_until FROM core.dim_unit
