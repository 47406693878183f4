WITH source AS (
    SELECT year, unit_id, bool_and(is_full_year) AS is_full_year, min(period_start) AS covered_from, max(period_end) AS covered_until,
           sum(period_end - period_start + 1) AS days_covered
    FROM core.year_source_of('dialogue') GROUP BY year, unit_id
),
stated AS (
    SELECT year, unit_id, list_distinct(list(dialogue_count_state) FILTER (dialogue_kind_code = 'dinh_ky')) AS states
    FROM core.fact_dialogue_exact WHERE is_counted GROUP BY year, unit_id
),
done AS (
    SELECT s.*, d.* EXCLUDE (year, unit_id),
           -- of the reports of the year the state that says least: a sum over some of them is not the year's figure
           CASE WHEN coalesce(len(t.states), 0) = 0 OR list_contains(t.states, 'not_reported') THEN 'not_reported'
                WHEN list_contains(t.states, 'none_stated') THEN 'none_stated'
                ELSE coalesce(list_min(list_filter(t.states, lambda x: NOT core.is_exact(x))),
                              CASE WHEN d.held_count = 0 THEN 'zero' ELSE 'value' END) END AS done_state
    FROM source s LEFT JOIN of_dialogue d USING (year, unit_id) LEFT JOIN stated t USING (year, unit_id)
),
alive AS ( -- a unit that began or ended within the year owes its share of it
    SELECT d.year, d.unit_id, arg_max(u, u.valid_from) AS unit,
           greatest(min(u.valid_from), make_date(d.year, 1, 1)) AS first_day,
           least(max(u.valid_until), make_date(d.year, 12, 31)) AS last_day
    FROM done d
    JOIN core.unit_on_day u ON u.unit_id = d.unit_id
        AND u.valid_from <= make_date(d.year, 12, 31) AND u.valid_until >= make_date(d.year, 1, 1)
    GROUP BY d.year, d.unit_id
),
required AS (
    SELECT year, unit_id, unit, first_day, last_day, core.dialogues_required(first_day, last_day) AS norm_count,
           (SELECT string_agg(n.norm_code, ' ' ORDER BY n.valid_from) FROM core.dim_dialogue_norm n
            WHERE n.valid_from <= last_day AND coalesce(n.valid_to, last_day) >= first_day) AS norm_codes
    FROM alive WHERE unit.is_reporting
)
SELECT d.* EXCLUDE (covered_from, covered_until, days_covered), r.norm_codes, r.norm_count,
       r.unit.reporter_level_code AS reporter_level, r.unit.unit_code, r.unit.unit_name, r.unit.unit_type_code, r.unit.parent_unit_id,
       -- a sum over some of the reports of a year, or over a part of its days there, is no figure to set against the unit's norm
       coalesce(core.covers(d.covered_from, d.covered_until, d.days_covered, r.first_day, r.last_day)
                AND core.is_exact(d.done_state) AND r.norm_count IS NOT NULL, false) AS is_counted,
       -- blank together, so that no ratio of theirs takes in who reported no number
       CASE WHEN is_counted THEN r.norm_count END AS required_count,
       CASE WHEN is_counted THEN d.held_count END AS done_count,
       CASE WHEN is_counted THEN least(d.held_count, r.norm_count) END AS done_capped_count,
       100.0 * done_capped_count / required_count AS compliance_rate,
       d.done_state = 'none_stated' AS is_none_stated
FROM done d JOIN required r USING (year, unit_id)
