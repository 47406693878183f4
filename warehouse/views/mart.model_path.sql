-- Đường đi của từng mô hình - Every model over the years, through mergers and new codes: recognised, replicated after how long, ended or vanished.
--   unit_id: Đơn vị đầu tiên - Unit that reported it first
--   model_code: Mã đầu tiên - Code that it had there
--   last_unit_id: Đơn vị sau cùng - Unit that reported it last
--   family_id: Nhóm đơn vị - Family of that unit
--   first_year: Năm đầu - First year in which it was reported
--   first_status_code: Trạng thái đầu - Status then (codes: model_status)
--   recognised_date: Ngày công nhận - As reported
--   recognised_year: Năm công nhận - Year of that day, else the first year with that status
--   replicated_year: Năm nhân rộng - First year in which it was replicated
--   years_to_replication: Số năm đến khi nhân rộng - From the one to the other [năm]
--   is_censored: Chưa nhân rộng - Recognised and not replicated so far: how long it takes is not known yet
--   ended_year: Năm kết thúc - Year in which it ended or failed
--   last_seen_year: Năm báo cáo sau cùng - Last year in which it was reported
--   last_status_code: Trạng thái sau cùng - Status then (codes: model_status)
--   is_running: Đang thực hiện - It was running then
--   is_vanished: Không còn được báo cáo - It did not end, and its unit or one that came of it reported later without it
SELECT p.first_unit_id AS unit_id, p.first_code AS model_code, arg_max(m.unit_id, m.year) AS last_unit_id, arg_max(f.family_id, m.year) AS family_id,
       min(m.year) AS first_year, arg_min(m.status_code, m.year) AS first_status_code, min(m.recognised_date) AS recognised_date,
       coalesce(year(min(m.recognised_date)), min(m.year) FILTER (c.is_recognised)) AS recognised_year,
       min(m.year) FILTER (c.is_replicated) AS replicated_year, replicated_year - recognised_year AS years_to_replication,
       recognised_year IS NOT NULL AND replicated_year IS NULL AS is_censored, min(m.year) FILTER (c.is_ended) AS ended_year,
       max(m.year) AS last_seen_year, arg_max(m.status_code, m.year) AS last_status_code, arg_max(m.is_running, m.year) AS is_running,
       ended_year IS NULL AND last_seen_year < arg_max(r.last_year, m.year) AS is_vanished
FROM mart.model_by_unit m JOIN core.model_path p USING (unit_id, model_code) JOIN core.unit_family f USING (unit_id)
JOIN core.code_model_status c ON c.code = m.status_code
JOIN (SELECT n.family_id, max(y.year) AS last_year FROM mart.year_source y JOIN core.unit_family n USING (unit_id) GROUP BY n.family_id) r
    ON r.family_id = f.family_id
GROUP BY p.first_unit_id, p.first_code
