-- Đơn vị theo ngày - Units with a closed stretch: join on unit_id and a day BETWEEN valid_from AND valid_until.
--   valid_until: Đến hết ngày - Last day; 9999-12-31 while it lasts
--   next_from: Đoạn sau từ ngày - First day of the unit's next stretch; 9999-12-31 for the last: what a unit that ended still is
--   reporter_level_code: Cấp báo cáo - Level on which a unit of this level reports
--   is_reporting: Phải báo cáo - Units of this level owe reports
SELECT u.*, coalesce(u.valid_to, DATE '9999-12-31') AS valid_until,
       lead(u.valid_from, 1, DATE '9999-12-31') OVER (PARTITION BY u.unit_id ORDER BY u.valid_from) AS next_from,
       l.reporter_level_code, coalesce(l.is_reporting, false) AS is_reporting
FROM core.dim_unit u LEFT JOIN core.code_admin_level l ON l.code = u.level_code
