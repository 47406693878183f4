-- Mô hình qua các đơn vị và mã - Under which code of which unit each model was first reported, as model_code_before joins them.
--   first_unit_id: Đơn vị đầu tiên - Unit that reported it first; the unit itself where nothing is joined
--   first_code: Mã đầu tiên - Code that it had there
WITH RECURSIVE known AS (
    SELECT DISTINCT unit_id, model_code, model_code_before FROM core.fact_model_status_exact WHERE is_current
),
step AS (
    SELECT k.unit_id, k.model_code, any_value(o.unit_id) AS before_unit_id, any_value(o.model_code) AS before_code
    FROM known k JOIN core.unit_before b USING (unit_id)
    JOIN known o ON o.unit_id = b.unit_before_id AND (o.unit_id <> k.unit_id OR o.model_code <> k.model_code)
    WHERE k.model_code_before IN (o.model_code, b.unit_before_code || '/' || o.model_code)
    -- what several may mean is not joined: X-CODE-BEFORE-UNKNOWN
    GROUP BY k.unit_id, k.model_code HAVING count(DISTINCT (o.unit_id, o.model_code)) = 1
),
path AS (
    SELECT DISTINCT unit_id, model_code, unit_id AS first_unit_id, model_code AS first_code, 0 AS steps FROM known
    UNION
    SELECT p.unit_id, p.model_code, s.before_unit_id, s.before_code, p.steps + 1
    FROM path p JOIN step s ON s.unit_id = p.first_unit_id AND s.model_code = p.first_code
    WHERE p.steps < 20  -- codes that name each other in a circle end somewhere
)
SELECT unit_id, model_code, first_unit_id, first_code FROM path
QUALIFY row_number() OVER (PARTITION BY unit_id, model_code ORDER BY steps DESC, first_unit_id, first_code) = 1
