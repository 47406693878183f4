-- Mô hình: các dòng lấy số liệu - Statuses of models in exact figures; counted is the last word of a year on each model.
--   is_done_or_running: Đã và đang thực hiện - Done or under way: not merely registered and not failed
--   is_running: Đang thực hiện - Under way, maintained, recognised or replicated, and not ended
--   is_counted: Được tính - The last report of the year speaks of it; of two forms the one that ends last; of a unit that ended in the year what no other carries on
--   uncounted: Lý do không tính - Why it does not count (codes: uncounted)
WITH said AS (
    -- a model that two forms speak of is one model: as the report says that ends last
    SELECT e.*, coalesce(y.is_last, false) AND row_number() OVER (
               PARTITION BY e.year, e.unit_id, e.model_code, y.is_last ORDER BY e.period_end DESC, e.form_code) = 1 AS is_last_word
    FROM core.fact_model_status_exact e LEFT JOIN mart.year_source y USING (submission_id)
),
-- what another unit reports under a code of its own, and says under which it was reported here
taken_over AS (
    SELECT n.year, any_value(o.unit_id) AS unit_id, any_value(o.model_code) AS model_code
    FROM said n JOIN core.unit_before b ON b.unit_id = n.unit_id AND b.unit_before_id <> n.unit_id
    JOIN said o ON o.unit_id = b.unit_before_id AND o.year = n.year AND o.is_last_word
    WHERE n.is_last_word AND n.model_code_before IN (o.model_code, b.unit_before_code || '/' || o.model_code)
    GROUP BY n.year, n.unit_id, n.model_code HAVING count(DISTINCT (o.unit_id, o.model_code)) = 1
)
SELECT f.* EXCLUDE (is_last_word, is_passed_on, is_done_or_running, is_ended) REPLACE (
           is_last_word AND NOT is_passed_on AS is_counted,
           CASE WHEN is_last_word AND is_passed_on THEN 'passed_on' WHEN NOT is_last_word THEN coalesce(uncounted, 'earlier') END AS uncounted
       ),
       is_done_or_running, is_done_or_running AND NOT is_ended AS is_running
FROM (
    SELECT s.*, c.is_done_or_running, c.is_ended,
           -- what was brought to its end before the unit's own is not carried on by anybody
           (s.year, s.unit_id, s.model_code) IN (FROM taken_over) OR (p.submission_id IS NOT NULL AND NOT c.is_ended) AS is_passed_on
    FROM said s JOIN core.code_model_status c ON c.code = s.status_code LEFT JOIN core.passed_on('model') p USING (submission_id)
) f
