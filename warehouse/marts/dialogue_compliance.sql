WITH done AS (
    SELECT s.year, s.unit_id, bool_and(s.is_full_year) AS is_full_year,
           sum(f.dialogue_count) FILTER (f.dialogue_kind_code = 'dinh_ky') AS done_count,
           list_distinct(list(f.dialogue_count_state) FILTER (f.dialogue_kind_code = 'dinh_ky')) AS states,
           sum(f.dialogue_count) AS all_kinds_count,
           sum(f.petition_raised_count) AS petition_raised_count,
           sum(f.petition_settled_count) AS petition_settled_count
    FROM core.year_source_of('dialogue') s LEFT JOIN core.fact_dialogue_exact f USING (submission_id)
    GROUP BY s.year, s.unit_id
),
alive AS ( -- a unit that began or ended within the year owes its share of it
    SELECT d.year, d.unit_id, max_by(u.is_reporting, u.valid_from) AS is_reporting,
           greatest(min(u.valid_from), make_date(d.year, 1, 1)) AS first_day,
           least(max(u.valid_until), make_date(d.year, 12, 31)) AS last_day
    FROM done d
    JOIN core.unit_on_day u ON u.unit_id = d.unit_id
        AND u.valid_from <= make_date(d.year, 12, 31) AND u.valid_until >= make_date(d.year, 1, 1)
    GROUP BY d.year, d.unit_id
),
required AS (
    SELECT year, unit_id, core.dialogues_required(first_day, last_day) AS required_count,
           (SELECT string_agg(n.norm_code, ' ' ORDER BY n.valid_from) FROM core.dim_dialogue_norm n
            WHERE n.valid_from <= last_day AND coalesce(n.valid_to, last_day) >= first_day) AS norm_codes
    FROM alive WHERE is_reporting
)
SELECT d.year, d.unit_id, r.norm_codes, r.required_count, d.done_count, d.all_kinds_count,
       -- least() passes over a NULL: what was not reported must not come out as done
       CASE WHEN d.done_count IS NOT NULL THEN 100.0 * least(d.done_count, r.required_count) / r.required_count END
           AS compliance_rate,
       d.petition_raised_count, d.petition_settled_count, d.is_full_year,
       -- of the reports of the year the state that says least: a sum over some of them is not the year's figure
       CASE WHEN coalesce(len(d.states), 0) = 0 OR list_contains(d.states, 'not_reported') THEN 'not_reported'
            WHEN list_contains(d.states, 'none_stated') THEN 'none_stated'
            ELSE coalesce(list_min(list_filter(d.states, lambda s: NOT core.is_exact(s))),
                          CASE WHEN d.done_count = 0 THEN 'zero' ELSE 'value' END) END AS done_state
FROM done d JOIN required r USING (year, unit_id)
