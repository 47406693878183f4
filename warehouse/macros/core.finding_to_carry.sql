-- What inspections found and the last report before a period leaves to be mended, by the unit that carries it on. `found_count` is
-- the whole number where the period goes on counting what that report counts, else what is left of it; NULL where either is not known.
-- One without a date is carried only where the count goes on: later nobody could tell it from a new one, and it would be found twice.
CREATE OR REPLACE MACRO core.finding_to_carry(of_form, of_period, first_day, last_day, is_cumulative) AS TABLE
WITH found AS (
    SELECT r.unit_code, r.reported_as, r.is_predecessor, f.row_no, f.submission_id, f.inspection_code, f.finding_category_code,
           f.found_date, f.remedy_due_date, f.found_count,
           -- none stated is none mended; "about two" is nobody knows how many
           CASE f.remedied_count_state WHEN 'none_stated' THEN 0 WHEN 'not_reported' THEN 0 ELSE f.remedied_count END AS mended,
           is_cumulative AND NOT r.is_predecessor AND r.period_end >= first_day AS goes_on
    FROM core.report_before(of_form, of_period, last_day) r JOIN core.fact_inspection_finding_exact f USING (submission_id)
)
SELECT * EXCLUDE (found_count, mended, goes_on),
       CASE WHEN goes_on THEN found_count
            WHEN found_date < first_day THEN found_count - mended END AS found_count
FROM found
WHERE coalesce(mended < found_count, true) AND (goes_on OR found_date IS NOT NULL)
