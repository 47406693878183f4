-- Every report that is expected of a unit or came from it, by form, with how it stands on a day, by what this file knows.
-- The day decides two things only: whether nothing is `not_due` (through the due day) or `missing` (after it), and how far the
-- calendar reaches: over the years reported on; later ones once units are asked for them; and what they are still asked for.
-- NULL is the day after all due days: nothing is `not_due` then, and only the years reported on are expected. The marts stand on
-- it, since their content must not follow the clock. What the calendar asks of whom is core.reports_due.
CREATE OR REPLACE MACRO core.report_standing(on_day) AS TABLE
WITH report AS (
    SELECT * FROM intake.submission WHERE form_code IN (SELECT form_code FROM core.dim_form WHERE is_report)
),
span AS (
    SELECT min(year) AS first_reported, max(year) AS last_reported FROM report
    WHERE verdict = 'accepted' AND NOT core.is_roll_up(period_kind)
),
due AS (
    SELECT form_code, year, unit_id, period_id, period_kind, period_end, is_final
    FROM core.reports_due(
        (SELECT min(year(valid_from)) FROM core.dim_form WHERE is_report), (SELECT greatest(last_reported, year(on_day::DATE)) FROM span)
    )
),
received AS (
    SELECT form_code, year, unit_id, period_id, period_kind, period_end, count(*) AS received_count,
           count(*) FILTER (verdict = 'accepted') AS accepted_count,
           min(report_date) FILTER (verdict = 'accepted') AS first_report_date
    FROM report WHERE unit_id IS NOT NULL AND period_id IS NOT NULL
    GROUP BY ALL
),
dated AS (
    SELECT form_code, year, unit_id, period_id, period_end, e.unit_id IS NOT NULL AS is_due, coalesce(e.is_final, false) AS is_final,
           coalesce(r.received_count, 0) AS received_count, coalesce(r.accepted_count, 0) AS accepted_count,
           r.first_report_date, period_end + d.due_days::INTEGER AS due_date,
           period_end + (d.due_days + d.grace_days)::INTEGER AS last_day,
           period_end + (d.due_days - d.remind_days)::INTEGER AS asked_from,
           period_end + (d.due_days + d.grace_days + d.ask_days)::INTEGER AS asked_until
    FROM due e FULL JOIN received r USING (form_code, year, unit_id, period_id, period_kind, period_end)
    LEFT JOIN core.deadline d USING (form_code, period_kind)
),
expected AS (
    SELECT p.* EXCLUDE (is_due), p.is_due AND coalesce(
               p.year BETWEEN s.first_reported AND s.last_reported
               OR p.asked_from <= on_day::DATE AND (p.year > s.last_reported OR p.asked_until >= on_day::DATE), false
           ) AS is_expected
    FROM dated p, span s
)
SELECT year, unit_id, form_code, period_id, period_end, is_expected, is_final, due_date, last_day, asked_from, asked_until,
       received_count, accepted_count, first_report_date,
       -- greatest() passes over a NULL: what never came is not 0 days late
       CASE WHEN first_report_date IS NOT NULL THEN greatest(0, first_report_date - last_day) END AS days_late,
       CASE WHEN accepted_count > 0 AND first_report_date > last_day THEN 'late'
            WHEN accepted_count > 0 THEN 'on_time'
            WHEN received_count > 0 THEN 'rejected'
            WHEN on_day::DATE <= due_date THEN 'not_due'
            ELSE 'missing' END AS timeliness,
       CASE WHEN accepted_count > 0 THEN NULL
            WHEN on_day::DATE <= due_date THEN 'due'
            WHEN on_day::DATE <= last_day THEN 'late'
            ELSE 'overdue' END AS due_state
FROM expected WHERE is_expected OR received_count > 0
