-- Mô hình: các dòng lấy số liệu - Statuses of models in exact figures; counted is the last word of a year on each model.
--   is_done_or_running: Đã và đang thực hiện - Done or under way: not merely registered and not failed
--   is_running: Đang thực hiện - Under way, maintained, recognised or replicated, and not ended
--   is_counted: Được tính - The last report of the year speaks of it; of two forms the one that ends last
--   uncounted: Lý do không tính - Why it does not count (codes: uncounted)
SELECT f.* EXCLUDE (is_last_word) REPLACE (
           is_last_word AS is_counted, CASE WHEN NOT is_last_word THEN coalesce(uncounted, 'earlier') END AS uncounted
       ),
       c.is_done_or_running, c.is_done_or_running AND NOT c.is_ended AS is_running
FROM (
    -- a model that two forms speak of is one model: as the report says that ends last
    SELECT e.*, coalesce(y.is_last, false) AND row_number() OVER (
               PARTITION BY e.year, e.unit_id, e.model_code, y.is_last ORDER BY e.period_end DESC, e.form_code) = 1 AS is_last_word
    FROM core.fact_model_status_exact e LEFT JOIN mart.year_source y USING (submission_id)
) f
JOIN core.code_model_status c ON c.code = f.status_code
