-- The inspections of the last report before a period that go on.
-- Not all done, or with findings that are not all mended. What was planned and done is for the next report to say, and so is the day.
SELECT r.unit_code, r.reported_as, r.is_predecessor, i.inspection_code, i.inspection_kind_code, i.inspection_mode_code,
       i.inspection_actor_code, i.inspection_object_code
FROM core.report_before($form_code, $period_id, $last_day) r JOIN core.fact_inspection_exact i USING (submission_id)
WHERE coalesce(i.done_count, 0) < i.planned_count
   OR (i.submission_id, i.inspection_code) IN (
       SELECT (f.submission_id, f.inspection_code)
       FROM core.finding_to_carry($form_code, $period_id, $first_day, $last_day, $is_cumulative) f)
ORDER BY r.unit_code, r.is_predecessor, r.reported_as, i.row_no
