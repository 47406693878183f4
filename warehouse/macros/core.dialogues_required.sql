-- Periodic dialogues that a unit owed between two days of one year: each norm's yearly number by its share of the year,
-- rounded down, at least 1; NULL when no norm was in force.
CREATE OR REPLACE MACRO core.dialogues_required(first_day, last_day) AS (
    SELECT CASE WHEN count(*) > 0 THEN greatest(1, floor(sum(n.required_per_year
               * (least(last_day, coalesce(n.valid_to, last_day)) - greatest(first_day, n.valid_from) + 1)
               / (make_date(year(first_day), 12, 31) - make_date(year(first_day), 1, 1) + 1)) + 1e-9))::BIGINT END
    FROM core.dim_dialogue_norm n
    WHERE n.valid_from <= last_day AND coalesce(n.valid_to, last_day) >= first_day
)
