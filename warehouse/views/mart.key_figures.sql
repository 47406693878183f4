-- Số liệu chính theo năm - The figures across years that are asked for first: exact where stated, NULL where nobody stated any.
--   due: Số báo cáo năm phải có - Yearly reports due, and final ones of units that ended in the year [báo cáo]
--   received: Số báo cáo năm được nhận - Of those, accepted [báo cáo]
--   sessions: Số cuộc quán triệt, tập huấn của cơ sở - Sessions and classes of grassroots units [cuộc]
--   models: Số mô hình, điển hình đã và đang thực hiện - Models done or under way at the end of the year [mô hình]
--   inspections: Số cuộc kiểm tra, giám sát đã thực hiện - Inspections done [cuộc]
--   dialogue_percent: Tỷ lệ thực hiện đối thoại định kỳ - Done, up to what was required, over required; units that reported the whole year [%]
WITH due AS (
    SELECT year, count(*) AS due, count(*) FILTER (accepted_count > 0) AS received
    FROM mart.completeness_by_form WHERE is_expected GROUP BY year
),
training AS (
    SELECT year, sum(session_count)::BIGINT AS sessions FROM mart.training_by_year WHERE reporter_level = 'unit' GROUP BY year
),
model AS (SELECT year, count(*) FILTER (is_active) AS models FROM mart.model_by_unit GROUP BY year),
inspection AS (SELECT year, sum(done_count)::BIGINT AS inspections FROM mart.inspection_by_year GROUP BY year),
dialogue AS (
    SELECT year, round(100.0 * sum(least(done_count, required_count)) FILTER (compliance_rate IS NOT NULL)
           / sum(required_count) FILTER (compliance_rate IS NOT NULL), 1) AS dialogue_percent
    FROM mart.dialogue_compliance WHERE is_full_year GROUP BY year
)
SELECT year, due, received, sessions, models, inspections, dialogue_percent
FROM due LEFT JOIN training USING (year) LEFT JOIN model USING (year)
LEFT JOIN inspection USING (year) LEFT JOIN dialogue USING (year)
