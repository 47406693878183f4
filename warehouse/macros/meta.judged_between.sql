-- Every report of the units and years of which something was judged otherwise after one batch and up to another, each with the cause
-- (codes: change_cause): of its own judgement, where `is_judged`, or that of another version; else that of the unit's other reports of
-- the year. Where several met the last counts that gave another verdict or unit. A judgement that repeats the one before has none.
CREATE OR REPLACE MACRO meta.judged_between(after_batch, up_to_batch) AS TABLE
WITH said AS (
    SELECT j.submission_id, s.form_code, s.year, j.batch_no, j.verdict, j.unit_id, j.period_id, j.rules_version, j.forms_version,
           lag(j.batch_no) OVER earlier AS last_batch, lag(j.verdict) OVER earlier AS last_verdict, lag(j.unit_id) OVER earlier AS last_unit,
           lag(j.rules_version) OVER earlier AS last_rules, lag(j.forms_version) OVER earlier AS last_forms
    FROM intake.judgement j JOIN intake.submission s USING (submission_id)
    WHERE j.batch_no <= up_to_batch
    WINDOW earlier AS (PARTITION BY j.submission_id ORDER BY j.batch_no)
),
stood AS ( -- the reports of which a version was accepted when the first batch was done
    SELECT DISTINCT form_code, unit_id, period_id FROM (
        FROM said WHERE batch_no <= after_batch QUALIFY batch_no = max(batch_no) OVER (PARTITION BY submission_id)
    ) WHERE verdict = 'accepted'
),
closed AS (
    SELECT y.year FROM meta.year_revision y JOIN meta.release r USING (release_no) WHERE y.revision_no = 1 AND r.batch_no <= after_batch
),
judged AS (
    SELECT submission_id, form_code, coalesce(unit_id, last_unit) AS unit_id, period_id, year, batch_no,
           last_batch IS NOT NULL AND verdict = last_verdict AND unit_id IS NOT DISTINCT FROM last_unit AS is_alike,
           CASE WHEN verdict = 'rejected' AND last_verdict = 'accepted'
                     AND submission_id IN (SELECT submission_id FROM intake.finding WHERE code = 'S-WITHDRAWN') THEN 'withdrawn'
                WHEN last_batch IS NULL AND verdict = 'rejected' THEN NULL
                WHEN last_batch IS NULL AND (form_code, unit_id, period_id) IN (SELECT (form_code, unit_id, period_id) FROM stood) THEN 'corrected'
                WHEN last_batch IS NULL AND year IN (SELECT year FROM closed) THEN 'late'
                WHEN last_batch IS NULL THEN 'arrived'
                WHEN batch_no IN (SELECT r.batch_no FROM said r JOIN core.dim_form f USING (form_code)
                                  WHERE NOT f.is_report AND r.verdict = 'accepted') THEN 'unit'
                WHEN rules_version IS DISTINCT FROM last_rules THEN 'rule'
                WHEN forms_version IS DISTINCT FROM last_forms THEN 'form_map' END AS cause
    FROM said WHERE batch_no > after_batch AND form_code IN (SELECT form_code FROM core.dim_form WHERE is_report)
),
ranked AS (
    SELECT j.*, row_number() OVER (ORDER BY j.is_alike, j.batch_no DESC, c.position) AS strength
    FROM judged j JOIN core.dim_code c ON c.code_list = 'change_cause' AND c.code = j.cause
),
of_report AS (
    SELECT form_code, unit_id, period_id, arg_min(cause, strength) AS cause FROM ranked GROUP BY ALL
),
of_unit AS (SELECT unit_id, year, arg_min(cause, strength) AS cause FROM ranked GROUP BY ALL)
SELECT s.submission_id, s.year, s.unit_id, coalesce(r.cause, u.cause) AS cause,
       s.submission_id IN (SELECT submission_id FROM ranked) AS is_judged
FROM intake.submission s JOIN of_unit u USING (unit_id, year)
LEFT JOIN of_report r ON r.form_code = s.form_code AND r.unit_id = s.unit_id AND r.period_id = s.period_id
WHERE s.form_code IN (SELECT form_code FROM core.dim_form WHERE is_report)
