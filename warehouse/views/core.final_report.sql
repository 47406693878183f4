-- Báo cáo cuối của đơn vị đã kết thúc - The final report of each unit that ended, by form: of the cumulative periods that have a deadline the first that covers its last day.
--   form_code: Mẫu - Form
--   unit_id: Đơn vị - Unit
--   ended_on: Ngày cuối - Last day of the unit
--   period_id: Kỳ báo cáo cuối - Period of the final report
--   period_end: Hết kỳ - Last day of that period; the unit reports up to its own last day
--   is_succeeded: Có đơn vị kế thừa - Other units go on from the day after, and report from then
SELECT d.form_code, u.unit_id, u.valid_to AS ended_on, year(u.valid_to) || '-' || c.period_code AS period_id,
       last_day(make_date(year(u.valid_to), c.last_month, 1)) AS period_end,
       (u.unit_id, u.valid_to + 1) IN (
           SELECT (s.from_unit_id, s.succession_date) FROM core.unit_succession s WHERE s.from_unit_id <> s.to_unit_id
       ) AS is_succeeded
FROM core.unit_on_day u, core.deadline d JOIN core.period_code c USING (period_kind)
WHERE u.is_reporting AND u.valid_to IS NOT NULL AND u.next_from = DATE '9999-12-31'
  AND c.is_cumulative AND last_day(make_date(year(u.valid_to), c.last_month, 1)) >= u.valid_to
QUALIFY row_number() OVER (PARTITION BY d.form_code, u.unit_id ORDER BY c.last_month, c.period_code) = 1
