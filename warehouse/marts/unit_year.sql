WITH reported AS (
    SELECT year, unit_id, count(*) AS report_count, max(period_end) AS covered_until, bool_and(is_full_year) AS is_full_year,
           min(period_start) AS covered_from, sum(period_end - period_start + 1) AS days_covered
    FROM mart.year_source GROUP BY year, unit_id
),
alive AS (
    SELECT y.year, u.unit_id, arg_min(u, u.valid_from) AS first, arg_max(u, u.valid_from) AS last,
           greatest(min(u.valid_from), make_date(y.year, 1, 1)) AS alive_from,
           least(max(u.valid_until), make_date(y.year, 12, 31)) AS alive_until
    FROM (SELECT DISTINCT year FROM mart.year_source) y
    JOIN core.unit_on_day u ON u.valid_from <= make_date(y.year, 12, 31) AND u.valid_until >= make_date(y.year, 1, 1)
    GROUP BY y.year, u.unit_id
),
due AS (
    SELECT year, unit_id, count(*) AS due_count, count(*) FILTER (accepted_count > 0) AS received_count
    FROM mart.completeness_by_form WHERE is_expected GROUP BY year, unit_id
)
SELECT a.year, a.unit_id, a.last.reporter_level_code AS reporter_level, a.last.unit_code, a.last.unit_name, a.last.unit_type_code,
       n.family_id, a.last.level_code, a.first.parent_unit_id AS parent_unit_id_first, a.last.parent_unit_id,
       a.alive_from, a.alive_until, a.alive_until - a.alive_from + 1 AS days_alive,
       a.alive_until = make_date(a.year, 12, 31) AS is_alive_31_12, a.last.is_reporting AS is_reporting,
       coalesce(d.due_count, 0) AS due_count, coalesce(d.received_count, 0) AS received_count,
       coalesce(r.report_count, 0) AS report_count, r.covered_until, coalesce(r.is_full_year, false) AS is_full_year,
       coalesce(core.covers(r.covered_from, r.covered_until, r.days_covered, a.alive_from, a.alive_until), false) AS is_covered,
       t.* EXCLUDE (year, unit_id), m.* EXCLUDE (year, unit_id), i.* EXCLUDE (year, unit_id), f.* EXCLUDE (year, unit_id),
       o.* EXCLUDE (year, unit_id),
       c.norm_count AS dialogue_norm_count, c.done_capped_count, c.required_count, coalesce(c.is_counted, false) AS is_dialogue_counted,
       coalesce(c.is_none_stated, false) AS is_dialogue_none_stated
FROM alive a JOIN core.unit_family n USING (unit_id) LEFT JOIN reported r USING (year, unit_id) LEFT JOIN due d USING (year, unit_id)
LEFT JOIN of_training t USING (year, unit_id) LEFT JOIN of_model m USING (year, unit_id)
LEFT JOIN of_inspection i USING (year, unit_id) LEFT JOIN of_inspection_finding f USING (year, unit_id)
LEFT JOIN of_organisation o USING (year, unit_id) LEFT JOIN mart.dialogue_compliance c USING (year, unit_id)
